import { DETECTORS } from './detectors/detectorTable.ts';
import type { Level, Rule, RuleCode } from './rule.ts';

/** All rules by code, in the order of the detectors. */
export const RULES: ReadonlyMap<RuleCode, Rule> = new Map(
  DETECTORS.flatMap(({ rules }) => rules.map((rule) => [rule.code, rule] as const)),
);

/** Levels by rule; a missing rule has its default level. */
export type Levels = Readonly<Record<RuleCode, Level>>;

export const DEFAULT_LEVELS: Levels = Object.fromEntries(
  [...RULES.values()].map(({ code, level }) => [code, level]),
);

export function levelOf(levels: Levels, code: RuleCode): Level {
  return levels[code] ?? DEFAULT_LEVELS[code] ?? 'off';
}

/** @throws Error for a code that no detector declares (a bug). */
export function ruleOf(code: RuleCode): Rule {
  const rule = RULES.get(code);
  if (rule === undefined) throw new Error(`No detector declares the rule "${code}".`);
  return rule;
}

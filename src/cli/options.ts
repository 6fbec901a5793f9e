import path from 'node:path';
import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { Precision } from '../core/encoderChoice.ts';
import type { RuleCode } from '../core/audit/rule.ts';
import { RULES } from '../core/audit/rules.ts';
import { METHODS } from '../core/matching/methods.ts';
import { type SortOrder, SORT_KEYS } from '../core/query/query.ts';
import type { DatasetSettings, RuleSetting } from '../core/settings/datasetSettings.ts';
import { NOT_FITTED, SETTINGS } from '../core/settings/settingTable.ts';

/** Options of all commands. */
export interface GlobalOptions {
  readonly quiet?: true | undefined;
  /** False after `--no-color`. */
  readonly color: boolean;
  readonly cache?: string | undefined;
  readonly encoder?: string | undefined;
  readonly precision?: Precision | undefined;
  readonly threads?: number | undefined;
  readonly captionsPerFile?: DatasetSettings['captionsPerFile'];
  readonly trainer?: DatasetSettings['trainer'];
  readonly triggerWords?: readonly string[] | undefined;
  readonly fitted?: string | undefined;
}

/** Larger than any dataset. */
export const MAX_LISTED = 10_000_000;
/** Each seed takes as long as an audit. */
export const MAX_SEEDS = 1000;

/** Phrases with commas between them. */
export function phrases(text: string): string[] {
  return text
    .split(',')
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== '');
}

/** Parses a whole number from `least` to `most`; commander adds the option's name to the error. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** Parses a matcher's ID, or what may be the folder of a scorer of pairs, or the name of one. */
export function matcherOf(ids: readonly string[]): (text: string) => string {
  const scorers = METHODS.filter(({ kind }) => kind === 'scorer').map(({ id }) => id);
  return (text) => {
    if (ids.includes(text) || scorers.includes(text) || /[/\\]/.test(text)) return text;
    throw new InvalidArgumentError(
      `Give one of ${ids.join(', ')}, or the folder of a scorer of pairs.`,
    );
  };
}

/** Parses a share strictly between 0 and 1. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < 1)) {
    throw new InvalidArgumentError('Give a number between 0 and 1, such as 0.4.');
  }
  return value;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** Parses a size in bytes: `500MB`, `2GB`, `1.5G` or a plain number. */
export function byteSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)B?$/i.exec(text.trim());
  if (match === null) throw new InvalidArgumentError('Give a size such as 500MB or 2GB.');
  const bytes = Math.round(Number(match[1]) * (UNITS[(match[2] ?? '').toUpperCase()] ?? 1));
  if (!Number.isSafeInteger(bytes)) throw new InvalidArgumentError('Give a size of at most 9000T.');
  return bytes;
}

/** Settings of config files that the options of all commands override. */
export function givenSettings({
  captionsPerFile,
  trainer,
  triggerWords,
  fitted,
}: GlobalOptions): DatasetSettings {
  return {
    ...(trainer !== undefined && { trainer }),
    ...(captionsPerFile !== undefined && { captionsPerFile }),
    ...(triggerWords !== undefined && { triggerWords: [...triggerWords] }),
    // A path that is given here is relative to the working folder, not to the dataset.
    ...(fitted !== undefined && { fitted: fitted === NOT_FITTED ? fitted : path.resolve(fitted) }),
  };
}

/** Help of an option from the description of its setting: a phrase without a full stop. */
export function helpOf({ about }: { readonly about: string }): string {
  return about.charAt(0).toLowerCase() + about.slice(1).replace(/\.$/, '');
}

/** `codes` with one more rule. */
export function ruleCode(code: string, codes: readonly RuleCode[] = []): readonly RuleCode[] {
  if (RULES.has(code)) return [...codes, code];
  const known = [...RULES.keys()].join(', ');
  throw new InvalidArgumentError(`There is no rule "${code}". Choose from ${known}.`);
}

export type RuleSettings = Readonly<Record<string, RuleSetting>>;

/** `rules` with that of one `--rule RULE=LEVEL`. */
export function ruleLevel(text: string, rules: RuleSettings = {}): RuleSettings {
  const [code = '', level] = text.split('=');
  if (!RULES.has(code)) {
    const codes = [...RULES.keys()].join(', ');
    throw new InvalidArgumentError(`There is no rule "${code}". Choose from ${codes}.`);
  }
  const { choices } = SETTINGS.rules;
  const setting = choices.find((choice) => choice === level);
  if (setting === undefined) {
    throw new InvalidArgumentError(`Give ${code}=LEVEL, LEVEL being one of ${choices.join(', ')}.`);
  }
  return { ...rules, [code]: setting };
}

/** Parses `match`, or `-match` for the reverse. */
export function sortOrder(text: string): SortOrder {
  const descending = text.startsWith('-');
  const key = SORT_KEYS.find((each) => each === text.slice(descending ? 1 : 0));
  if (key === undefined) throw new InvalidArgumentError(`Give one of ${SORT_KEYS.join(', ')}.`);
  return { key, descending };
}

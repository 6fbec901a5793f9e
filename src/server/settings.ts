import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { isLevel } from '../core/audit/rule.ts';
import { RULES } from '../core/audit/rules.ts';
import type { LiveSettings } from '../engine/workspace/workspace.ts';
import { settingsSchema, type Settings } from '../protocol/settings.ts';

export interface ReadSettings {
  readonly settings: Settings;
  /** Names of the settings with an invalid value, such as `pairlens.maxProblems`. */
  readonly refused: readonly string[];
}

/** `threads` is limited to the CPU count: more would only use memory. */
const boundedSchema = settingsSchema.extend({
  threads: z.int().min(0).max(availableParallelism()).catch(0),
});
const objectSchema = z.record(z.string(), z.unknown());

/**
 * Validates the settings that a client sent. Invalid values are listed in `refused` and have their default.
 * @param defaults take precedence over those of the schema.
 */
export function readSettings(sent: unknown, defaults: Partial<Settings> = {}): ReadSettings {
  const given = objectSchema.safeParse(sent ?? {});
  if (!given.success) return { settings: boundedSchema.parse(defaults), refused: ['pairlens'] };
  // For unset values clients send null, and Lua clients an empty list.
  const entries = Object.entries(given.data).filter(([, value]) => value !== null);
  const values: Record<string, unknown> = Object.fromEntries(entries);
  const levels = values['levels'];
  if (Array.isArray(levels) && levels.length === 0) delete values['levels'];
  const refused: string[] = [];
  for (const [name, schema] of Object.entries(boundedSchema.shape)) {
    if (!(name in values)) continue;
    if (name === 'levels') refused.push(...refusedLevels(values[name]));
    else if (!schema.unwrap().safeParse(values[name]).success) refused.push(`pairlens.${name}`);
  }
  for (const name of refused) Reflect.deleteProperty(values, name.replace('pairlens.', ''));
  return { settings: boundedSchema.parse({ ...defaults, ...values }), refused };
}

function refusedLevels(levels: unknown): string[] {
  const given = objectSchema.safeParse(levels);
  if (!given.success) return ['pairlens.levels'];
  return Object.entries(given.data)
    .filter(([code, level]) => !RULES.has(code) || (level !== null && !isLevel(level)))
    .map(([code]) => `pairlens.levels.${code}`);
}

/** Settings that apply without reopening the engine. */
export function liveSettings({
  levels,
  captionsPerFile,
  matcher,
  triggerWords,
  trainer,
}: Settings): LiveSettings {
  const rules = Object.entries(levels).filter(([code]) => RULES.has(code));
  return {
    // A setting with its default leaves the choice to the config file.
    dataset: {
      rules: Object.fromEntries(rules),
      ...(triggerWords.length > 0 && { triggerWords }),
      ...(captionsPerFile !== 'auto' && { captionsPerFile }),
      ...(trainer !== 'auto' && { trainer }),
    },
    ...(matcher !== 'match' && { matcher }),
  };
}

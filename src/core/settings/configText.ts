import type { z } from 'zod';
import { RULES } from '../audit/rules.ts';
import type { SourceRange } from '../dataset/dataset.ts';
import { type JsonNode, readJsonTree } from '../formats/jsonTree.ts';
import { type Sentence, sentence, verbatim } from '../text/sentence.ts';
import { type DatasetSettings, datasetSettingsSchema, OUTSIDE } from './datasetSettings.ts';
import { SETTINGS } from './settingTable.ts';

/** Something in a config file that is not used. */
export interface ConfigFlaw {
  /** A sentence without the name of the file. */
  readonly what: Sentence;
  readonly remedy: Sentence;
  readonly range?: SourceRange;
}

/** Content of a config file: what is right, and what is not. */
export interface ReadConfig {
  readonly settings: DatasetSettings;
  readonly flaws: readonly ConfigFlaw[];
}

/** Settings with an entry for each rule, file or name: a wrong entry does not spoil the others. */
const BY_ENTRY: ReadonlySet<string> = new Set<keyof DatasetSettings>([
  ...(['rules', 'columns', 'roots', 'views'] as const),
]);

/** Reads a config file. Unknown keys and wrong values are flaws; the rest applies. */
export function readConfigText(text: string): ReadConfig {
  const { root, flaw } = readJsonTree(text);
  if (flaw !== undefined) {
    const what = sentence(
      'is not valid JSON: {0} at line {1}, column {2}.',
      flaw.what,
      flaw.line + 1,
      flaw.column + 1,
    );
    const { offset: start, line, column } = flaw;
    const range = { start, end: start, line, column };
    return { settings: {}, flaws: [{ what, remedy: sentence('Correct it there.'), range }] };
  }
  const value: unknown = JSON.parse(text);
  const { error, data } = datasetSettingsSchema.safeParse(value);
  if (error === undefined) return { settings: settingsOf(data), flaws: [] };
  const flaws = error.issues.flatMap((issue) => flawsOf(issue, value, root));
  const rest = withoutFlaws(
    value,
    error.issues.flatMap((issue) => placesOf(issue)),
  );
  return { settings: settingsOf(datasetSettingsSchema.safeParse(rest).data), flaws };
}

function settingsOf(data: z.output<typeof datasetSettingsSchema> | undefined): DatasetSettings {
  const settings = { ...data };
  delete settings.$schema;
  return settings;
}

type Issue = z.core.$ZodIssue;
type Key = PropertyKey;

/** The places of an issue: one for each unknown key. */
function placesOf(issue: Issue): readonly (readonly Key[])[] {
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => [...issue.path, key])
    : [issue.path];
}

function withoutFlaws(value: unknown, places: readonly (readonly Key[])[]): unknown {
  if (!isRecord(value)) return {};
  const rest = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  for (const [setting, entry] of places) {
    const inner = rest[String(setting)];
    if (BY_ENTRY.has(String(setting)) && entry !== undefined && isRecord(inner)) {
      Reflect.deleteProperty(inner, entry);
    } else Reflect.deleteProperty(rest, setting ?? '');
  }
  return rest;
}

function flawsOf(issue: Issue, value: unknown, root: JsonNode | undefined): ConfigFlaw[] {
  return placesOf(issue).map((place) => {
    const node = place.reduce<JsonNode | undefined>((at, key) => child(at, key), root);
    const said = wordsOf(issue, place, valueAt(value, place));
    return { ...said, ...(node && { range: node.range }) };
  });
}

function child(node: JsonNode | undefined, key: Key): JsonNode | undefined {
  return typeof key === 'number' ? node?.items?.[key] : node?.fields?.get(String(key));
}

function valueAt(value: unknown, place: readonly Key[]): unknown {
  return place.reduce<unknown>(
    (at, key) => (at instanceof Object ? Reflect.get(at, key) : undefined),
    value,
  );
}

function wordsOf(
  issue: Issue,
  place: readonly Key[],
  value: unknown,
): Pick<ConfigFlaw, 'what' | 'remedy'> {
  const [setting, entry] = place.map(String);
  if (issue.code === 'unrecognized_keys') {
    const key = String(place.at(-1));
    if (place.length === 1) {
      return {
        what: sentence('has the setting "{0}", which does not exist.', key),
        remedy: sentence('Choose from {0}.', Object.keys(SETTINGS).join(', ')),
      };
    }
    if (setting === 'rules') {
      return {
        what: sentence('sets the rule "{0}", which does not exist.', key),
        remedy: sentence('Choose from {0}.', [...RULES.keys()].join(', ')),
      };
    }
    return {
      what: sentence('has "{0}" in "{1}", which means nothing there.', key, pathText(place)),
      remedy: sentence('Choose from {0}.', 'image, caption'),
    };
  }
  const name = entry === undefined ? (setting ?? '') : pathText(place);
  if (issue.code === 'custom' && issue.message === OUTSIDE) {
    return {
      what: sentence('sets "{0}" to {1}, which is not below its folder.', name, shown(value)),
      remedy: sentence('Give a folder relative to the file, such as "images".'),
    };
  }
  return {
    what:
      name === ''
        ? sentence('holds {0} and no settings.', shown(value))
        : sentence('sets "{0}" to {1}.', name, shown(value)),
    remedy: sentence('It may be {0}.', allowed(issue)),
  };
}

/** `rules → caption-mismatch`. */
function pathText(place: readonly Key[]): string {
  return place.map(String).join(' → ');
}

const SHOWN = 60;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}

/** What a value may be. */
function allowed(issue: Issue): Sentence {
  switch (issue.code) {
    case 'invalid_value':
      return verbatim(issue.values.map((value) => JSON.stringify(value)).join(', '));
    case 'invalid_type':
      return typeWords(issue.expected);
    case 'invalid_union':
      return sentence('a text, or a list of texts');
    default:
      return sentence('a text that is not empty');
  }
}

function typeWords(expected: string): Sentence {
  switch (expected) {
    case 'array':
      return sentence('a list, such as ["a", "b"]');
    case 'object':
    case 'record':
      return sentence('an object, such as {...}');
    default:
      return sentence('a text');
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

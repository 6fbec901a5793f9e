/**
 * A user's decision about a pair: its caption is correct, or audits and exports leave it out. Users read *ignored* for the
 * second; the file keeps its first name, which older versions and other programs read.
 */
export type Decision = 'verified' | 'excluded';

/** A wrong caption that a person replaced. Its line is a comment, which older versions keep without reading. */
export interface ReplacedCaption {
  /** As in `DecisionLine`, of the caption that was there before. */
  readonly key: string;
  readonly image: string;
  readonly caption: string;
}

/** Begins the line of a replaced caption; a JSON object follows. */
const REPLACED = '# replaced ';

/** One line of `.pairlens/decisions.jsonl`. */
export interface DecisionLine {
  /** Key of the content of image and caption (`decisionKey`): a decision lapses when either changes. */
  readonly key: string;
  readonly decision: Decision;
  /** For people who read the file; not used otherwise. */
  readonly image: string;
  readonly caption: string;
}

/** The file within a dataset's root. */
export const DECISIONS_FILE = '.pairlens/decisions.jsonl';

/**
 * @param imageHash hash of the image file's bytes
 * @param hash hash function for texts, the same in every run
 */
export function decisionKey(
  imageHash: string,
  caption: string,
  hash: (text: string) => string,
): string {
  return hash(`${imageHash}\0${caption}`);
}

/** The decisions of a file by key; of two about one pair the later one. Other lines are ignored. */
export function parseDecisions(text: string): ReadonlyMap<string, Decision> {
  return new Map(decisionLines(text).map(({ key, decision }) => [key, decision]));
}

/** The decisions of a file, in the order of their last lines. */
export function decisionLines(text: string): readonly DecisionLine[] {
  const lines = new Map<string, DecisionLine>();
  for (const line of text.split('\n')) {
    const known = parseLine(line);
    if (known === undefined) continue;
    lines.delete(known.key);
    lines.set(known.key, known);
  }
  return [...lines.values()];
}

/** Position of a line that is neither a decision, nor blank, nor a comment (`# ...`). */
export interface DamagedLine {
  /** 0-based. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** The invalid lines of a file, such as merge markers. */
export function damagedLines(text: string): DamagedLine[] {
  const damaged: DamagedLine[] = [];
  let start = 0;
  for (const [line, words] of text.split('\n').entries()) {
    const end = start + words.trimEnd().length;
    if (!/^\s*(?:#|$)/.test(words) && parseLine(words) === undefined) {
      damaged.push({ line, start, end });
    }
    start += words.length + 1;
  }
  return damaged;
}

/**
 * The text of the file after decisions: earlier lines of the same pairs are removed, the new ones are appended; all other
 * lines, including invalid ones, are unchanged.
 * @param lines by key; undefined removes the decision.
 */
export function withDecisions(
  text: string,
  lines: ReadonlyMap<string, DecisionLine | undefined>,
): string {
  const keys = Array.from(lines.keys(), (key) => JSON.stringify(key));
  const kept = text.split(/(?<=\n)/).filter((known) => {
    // Parsing is slow: only lines that may contain one of few keys, possibly escaped, are parsed.
    if (keys.length <= FEW_KEYS && !known.includes('\\')) {
      if (!keys.some((key) => known.includes(key))) return true;
    }
    const key = parseLine(known)?.key;
    return key === undefined || !lines.has(key);
  });
  const added = [...lines.values()].filter((line) => line !== undefined);
  return appended(
    text,
    kept,
    added.map((line) => JSON.stringify(line)),
  );
}

const FEW_KEYS = 3;

/** The kept lines of a text and some more, with its line ends. */
function appended(text: string, kept: readonly string[], lines: readonly string[]): string {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  let out = kept.join('');
  if (lines.length > 0 && out !== '' && !out.endsWith('\n')) out += lineEnd;
  for (const line of lines) out += line + lineEnd;
  return out;
}

/** The replaced captions of a file. */
export function replacedCaptions(text: string): readonly ReplacedCaption[] {
  const found = new Map<string, ReplacedCaption>();
  for (const line of text.split('\n')) {
    const known = parseReplaced(line);
    if (known !== undefined) found.set(known.key, known);
  }
  return [...found.values()];
}

/** The text of the file with some replaced captions added, and those with some keys removed. */
export function withReplaced(
  text: string,
  added: readonly ReplacedCaption[],
  removed: ReadonlySet<string>,
): string {
  const known = new Set<string>();
  const kept = text.split(/(?<=\n)/).filter((line) => {
    const key = parseReplaced(line)?.key;
    if (key === undefined) return true;
    if (removed.has(key)) return false;
    known.add(key);
    return true;
  });
  const fresh = added.filter(({ key }) => !known.has(key) && !removed.has(key));
  return appended(
    text,
    kept,
    fresh.map(({ key, image, caption }) => REPLACED + JSON.stringify({ key, image, caption })),
  );
}

/** Whether a file holds nothing but blank lines and replaced captions: it begins and ends with the decisions. */
export function holdsNoDecision(text: string): boolean {
  return text.split('\n').every((line) => line.trim() === '' || parseReplaced(line) !== undefined);
}

function parseReplaced(line: string): ReplacedCaption | undefined {
  if (!line.startsWith(REPLACED)) return undefined;
  const value = parsedObject(line.slice(REPLACED.length));
  if (value === undefined || !('key' in value) || typeof value.key !== 'string') return undefined;
  return { key: value.key, image: textOf(value, 'image'), caption: textOf(value, 'caption') };
}

function parsedObject(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined; // invalid or blank: kept
  }
}

function textOf(value: object, name: 'image' | 'caption'): string {
  const found: unknown = name in value ? Reflect.get(value, name) : undefined;
  return typeof found === 'string' ? found : '';
}

function parseLine(line: string): DecisionLine | undefined {
  const value = parsedObject(line);
  if (value === undefined) return undefined;
  if (!('key' in value) || typeof value.key !== 'string') return undefined;
  if (!('decision' in value)) return undefined;
  const { key, decision } = value;
  if (decision !== 'verified' && decision !== 'excluded') return undefined;
  return { key, decision, image: textOf(value, 'image'), caption: textOf(value, 'caption') };
}

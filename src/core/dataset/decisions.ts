/** A user's decision about a pair: its caption is correct, or it is excluded from audits. */
export type Decision = 'verified' | 'excluded';

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
 * The text of the file after a decision: earlier lines of the same pair are removed, the new one is appended; all other
 * lines, including invalid ones, are unchanged.
 * @param line undefined removes the decision.
 */
export function withDecision(text: string, key: string, line: DecisionLine | undefined): string {
  const written = JSON.stringify(key);
  const kept = text
    .split(/(?<=\n)/)
    // Parsing is slow: only lines that may contain the key, possibly escaped, are parsed.
    .filter(
      (known) =>
        (!known.includes('\\') && !known.includes(written)) || parseLine(known)?.key !== key,
    );
  let out = kept.join('');
  if (line === undefined) return out;
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  if (out !== '' && !out.endsWith('\n')) out += lineEnd;
  return out + JSON.stringify(line) + lineEnd;
}

function parseLine(line: string): DecisionLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined; // invalid or blank: kept
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('key' in value) || typeof value.key !== 'string') return undefined;
  if (!('decision' in value)) return undefined;
  const { key, decision } = value;
  if (decision !== 'verified' && decision !== 'excluded') return undefined;
  const image = 'image' in value && typeof value.image === 'string' ? value.image : '';
  const caption = 'caption' in value && typeof value.caption === 'string' ? value.caption : '';
  return { key, decision, image, caption };
}

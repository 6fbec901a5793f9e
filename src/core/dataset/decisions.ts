/** What a person decided of a pair: its caption is right, or it is to be left out. */
export type Decision = 'verified' | 'excluded';

/** One line of `.pairlens/decisions.jsonl`. */
export interface DecisionLine {
  /** Names image and caption by their content (`decisionKey`): a decision lapses when either changes. */
  readonly key: string;
  readonly decision: Decision;
  /** For people who read the file; nothing goes by them. */
  readonly image: string;
  readonly caption: string;
}

/** The file within a dataset's root. */
export const DECISIONS_FILE = '.pairlens/decisions.jsonl';

/**
 * @param imageHash of the image file's bytes
 * @param hash of a text, the same function in every run
 */
export function decisionKey(
  imageHash: string,
  caption: string,
  hash: (text: string) => string,
): string {
  return hash(`${imageHash}\0${caption}`);
}

/** The decisions of a file by key; of two on one pair the later counts. Lines that are none are passed over. */
export function parseDecisions(text: string): ReadonlyMap<string, Decision> {
  const decisions = new Map<string, Decision>();
  for (const line of text.split('\n')) {
    const known = parseLine(line);
    if (known === undefined) continue;
    decisions.delete(known.key);
    decisions.set(known.key, known.decision);
  }
  return decisions;
}

/** A line that is neither a decision, nor blank, nor a note (`# ...`): its number and its place in the text. */
export interface DamagedLine {
  /** 0-based. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** The lines of a file that say nothing, such as what a merge left. */
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
 * The text of the file after a decision: earlier lines on the same pair go, the new one comes last; every other line,
 * broken ones included, stays as it is.
 * @param line undefined takes the decision back.
 */
export function withDecision(text: string, key: string, line: DecisionLine | undefined): string {
  const written = JSON.stringify(key);
  const kept = text
    .split(/(?<=\n)/)
    // Parsing is what takes the time: only what may hold the key, in one spelling or another, is.
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

function parseLine(
  line: string,
): { readonly key: string; readonly decision: Decision } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined; // broken, or blank: not ours to lose
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('key' in value) || typeof value.key !== 'string') return undefined;
  if (!('decision' in value)) return undefined;
  const { key, decision } = value;
  if (decision !== 'verified' && decision !== 'excluded') return undefined;
  return { key, decision };
}

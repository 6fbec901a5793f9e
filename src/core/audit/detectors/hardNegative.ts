import { dotRows } from '../../matching/innerProducts.ts';
import { type AuditContext, type Detected, type Detector, aboutPair } from './detector.ts';
import { sentence } from '../../text/sentence.ts';

/** Neither pair may be suspicious itself: a wrong caption is no hard negative. */
const FITS = 0.2;
/** Captions this close (centred sentence cosine) on images this close (centred look cosine). */
const CLOSE_CAPTION = 0.75;
const CLOSE_LOOK = 0.5;
/** At most this share of the pairs is reported, the closest first, and never fewer than a handful. */
const SHARE = 0.01;
const AT_LEAST = 20;
/** How many of the captions that sound most like a pair's are looked at. */
export const HARD_NEGATIVE_CANDIDATES = 10;

/** Another pair so close, in picture and words, that training may confuse the two. */
export const hardNegative: Detector = {
  codes: ['hard-negative'],
  detect(context) {
    const { judged } = context;
    const first = firstPairs(context);
    const found = judged.flatMap((_, p) => hardNegativesOf(context, p, first));
    return hardNegativeFindings(context, found.sort(closerFirst));
  },
};

/** Two pairs, the lower index first. */
export interface HardNegative {
  readonly first: number;
  readonly second: number;
  readonly closeness: number;
}

/** The first pair that carries a caption, by the row of its text. */
export interface FirstPairs {
  get(text: number): number | undefined;
}

/** For each caption the first pair that carries it. */
export function firstPairs({ judged, embedded }: AuditContext): Map<number, number> {
  const pairOfText = new Map<number, number>();
  judged.forEach((use, p) => {
    const text = embedded.textRow[p]!;
    if (use && !pairOfText.has(text)) pairOfText.set(text, p);
  });
  return pairOfText;
}

/** The pairs behind `p` that may be confused with it. */
export function hardNegativesOf(
  context: AuditContext,
  p: number,
  pairOfText: FirstPairs,
): HardNegative[] {
  const { source } = context.model;
  if (!fits(context, p)) return [];
  const found: HardNegative[] = [];
  const nearest = source.sentenceLists.items(context.embedded.textRow[p]!);
  for (const t of nearest.subarray(0, HARD_NEGATIVE_CANDIDATES)) {
    const q = pairOfText.get(t);
    if (q === undefined || q <= p || !fits(context, q)) continue;
    const closeness = confusion(context, p, q);
    if (closeness !== undefined) found.push({ first: p, second: q, closeness });
  }
  return found;
}

/** How close two pairs are in picture and words, where training may confuse them. */
export function confusion(
  { model: { source }, embedded }: AuditContext,
  p: number,
  q: number,
): number | undefined {
  const { spaces, graph } = source;
  const [i, x] = [embedded.imageRow[p]!, embedded.imageRow[q]!];
  if (graph.pictureOf[x] === graph.pictureOf[i]) return undefined;
  const [j, t] = [embedded.textRow[p]!, embedded.textRow[q]!];
  const words = dotRows(spaces.sentences, j, spaces.sentences, t);
  const looks = dotRows(spaces.looks, i, spaces.looks, x);
  return words < CLOSE_CAPTION || looks < CLOSE_LOOK ? undefined : Math.min(words, looks);
}

export function closerFirst(a: HardNegative, b: HardNegative): number {
  return b.closeness - a.closeness || a.first - b.first || a.second - b.second;
}

/** The hard negatives to report. @param found sorted, the closest first */
export function hardNegativeFindings(
  context: AuditContext,
  found: readonly HardNegative[],
): Detected[] {
  const limit = Math.max(AT_LEAST, Math.round(SHARE * context.judged.length));
  return found.slice(0, limit).map(({ first, second, closeness }): Detected => {
    const other = context.embedded.dataset.pairs[second]!;
    return {
      code: 'hard-negative',
      ...aboutPair(context, first),
      message: sentence('Hard to tell from {0}: like pictures with like captions.', other.image),
      evidence: [sentence('{0} is captioned “{1}”', other.image, other.caption)],
      confidence: Math.min(1, closeness),
      relatedPairs: [second],
      relatedFiles: [other.image],
      fixes: [],
      remedy: sentence('Make both captions say what tells the pictures apart.'),
    };
  });
}

function fits({ judged, verified, mismatch }: AuditContext, p: number): boolean {
  return judged[p] === true && verified[p] !== true && mismatch[p]! < FITS;
}

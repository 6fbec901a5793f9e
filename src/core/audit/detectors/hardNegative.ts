import { dotRows } from '../../matching/innerProducts.ts';
import type { Steps } from '../../steps.ts';
import { ClosestFirst } from './closestFirst.ts';
import {
  type AuditContext,
  type Detected,
  type Detector,
  type Tracker,
  aboutPair,
} from './detector.ts';
import { sentence } from '../../text/sentence.ts';

/** Largest mismatch of both pairs: a wrong caption is not a hard negative. */
const FITS = 0.2;
/** Smallest similarity of the captions (centred sentence cosine) and of the images (centred visual cosine). */
const CLOSE_CAPTION = 0.75;
const CLOSE_VISUAL = 0.5;
/** Largest share of reported pairs, the closest first; a few are always reported. */
const SHARE = 0.01;
const AT_LEAST = 20;
/** Number of nearest captions that are compared. */
const CANDIDATES = 10;

/** Two pairs with similar images and captions, which training may confuse. */
export const hardNegative: Detector = {
  rules: [
    {
      code: 'hard-negative',
      level: 'info',
      title: sentence('Hard negatives'),
      shortTitle: sentence('Hard negative'),
      meaning: sentence(
        'Another pair is so close in picture and words that a contrastive loss can hardly tell the two apart.',
      ),
    },
  ],
  track: (context) => new HardNegativeTracker(context),
};

/** Pairs compared in one step. */
const COMPARED_PER_STEP = 200;

class HardNegativeTracker implements Tracker {
  readonly #context: AuditContext;
  /** All hard negatives, of which few are reported. */
  #found = new ClosestFirst([]);
  /** Pairs with a low mismatch, which are compared with others. */
  readonly #fitting = new Set<number>();

  constructor(context: AuditContext) {
    this.#context = context;
  }

  *detectAll(): Steps<void> {
    const context = this.#context;
    const first = firstPairs(context);
    const found: HardNegative[] = [];
    this.#fitting.clear();
    let compared = 0;
    for (const p of context.pairs()) {
      if (fits(context, p)) this.#fitting.add(p);
      for (const each of hardNegativesOf(context, p, first)) found.push(each);
      if (++compared % COMPARED_PER_STEP === 0) yield;
    }
    this.#found = new ClosestFirst(found);
  }

  update(changed: ReadonlySet<number>, moved: Iterable<number>): boolean {
    const context = this.#context;
    const again = new Set(changed);
    for (const p of moved) if (fits(context, p) !== this.#fitting.has(p)) again.add(p);
    if (again.size === 0) return false;
    for (const p of again) {
      this.#found.drop(p);
      if (fits(context, p)) this.#fitting.add(p);
      else this.#fitting.delete(p);
    }
    const first = { get: (t: number) => this.#pairsWith(t)[0] };
    for (const p of this.#near(again)) {
      for (const each of hardNegativesOf(context, p, first)) {
        if (again.has(p) || again.has(each.second)) this.#found.add(each);
      }
    }
    return true;
  }

  findings(): readonly Detected[] {
    return hardNegativeFindings(this.#context, this.#found.sorted);
  }

  /** These pairs, and the pairs whose neighbour lists contain their captions. */
  #near(again: ReadonlySet<number>): Set<number> {
    const { embedded, model } = this.#context;
    const near = new Set(again);
    for (const t of new Set([...again].map((p) => embedded.textRow[p]!))) {
      if (t < 0) continue;
      const { indices, k } = model.scorer.sentenceLists;
      for (let at = indices.indexOf(t); at >= 0; at = indices.indexOf(t, at + 1)) {
        if (at % k >= CANDIDATES) continue;
        for (const p of this.#pairsWith(Math.floor(at / k))) near.add(p);
      }
    }
    return near;
  }

  /** The pairs with the caption of a row, in order. */
  #pairsWith(t: number): number[] {
    const { model, embedded } = this.#context;
    const pairs: number[] = [];
    for (const x of model.scorer.graph.imagesOf[t]!) {
      const path = embedded.images.paths[x];
      if (path === undefined) continue;
      for (const p of this.#context.pairsOfImage(path))
        if (embedded.textRow[p] === t) pairs.push(p);
    }
    return pairs.sort((p, q) => p - q);
  }
}

/** Two pairs, the lower index first. */
export interface HardNegative {
  readonly first: number;
  readonly second: number;
  readonly closeness: number;
}

/** The first pair of each caption, by text row. */
export interface FirstPairs {
  get(text: number): number | undefined;
}

/** Finds the first pair of each caption. */
export function firstPairs({ judged, embedded }: AuditContext): Map<number, number> {
  const pairOfText = new Map<number, number>();
  judged.forEach((use, p) => {
    const text = embedded.textRow[p]!;
    if (use && !pairOfText.has(text)) pairOfText.set(text, p);
  });
  return pairOfText;
}

/** Hard negatives of `p` with a higher number. */
export function hardNegativesOf(
  context: AuditContext,
  p: number,
  pairOfText: FirstPairs,
): HardNegative[] {
  const { scorer } = context.model;
  if (!fits(context, p)) return [];
  const found: HardNegative[] = [];
  const nearest = scorer.sentenceLists.items(context.embedded.textRow[p]!);
  for (const t of nearest.subarray(0, CANDIDATES)) {
    const q = pairOfText.get(t);
    if (q === undefined || q <= p || !fits(context, q)) continue;
    const closeness = confusion(context, p, q);
    if (closeness !== undefined) found.push({ first: p, second: q, closeness });
  }
  return found;
}

/** Similarity of two pairs; undefined if they are not hard negatives. */
export function confusion(
  { model: { scorer }, embedded }: AuditContext,
  p: number,
  q: number,
): number | undefined {
  const { spaces, graph } = scorer;
  const [i, x] = [embedded.imageRow[p]!, embedded.imageRow[q]!];
  if (graph.pictureOf[x] === graph.pictureOf[i]) return undefined;
  const [j, t] = [embedded.textRow[p]!, embedded.textRow[q]!];
  const words = dotRows(spaces.sentences, j, spaces.sentences, t);
  const visuals = dotRows(spaces.visuals, i, spaces.visuals, x);
  return words < CLOSE_CAPTION || visuals < CLOSE_VISUAL ? undefined : Math.min(words, visuals);
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
    const other = context.pair(second);
    return {
      code: 'hard-negative',
      ...aboutPair(context, first),
      message: sentence('Hard to tell from {0}: like pictures with like captions.', other.image),
      evidence: [sentence('{0} is captioned “{1}”.', other.image, other.caption)],
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

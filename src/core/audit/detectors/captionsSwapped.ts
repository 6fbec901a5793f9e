import { groupBy } from '../../collections.ts';
import { flaggedPairs } from './captionMismatch.ts';
import type { Steps } from '../../steps.ts';
import {
  type AuditContext,
  type Detected,
  type Detector,
  type Tracker,
  aboutPair,
} from './detector.ts';
import { sentence } from '../../text/sentence.ts';

/** Both captions must look wrong where they are, and right where the other is. */
const WRONG_HERE = 0.5;
const RIGHT_THERE = 0.1;
/** Each caption must be among the few that fit the other's image best: chance pairs rarely are, both ways. */
const PARTNERS = 4;

/** Two pairs fit better crosswise. */
export const captionsSwapped: Detector = {
  rules: [
    {
      code: 'captions-swapped',
      level: 'warning',
      title: sentence('Swapped captions'),
      shortTitle: sentence('Swapped caption'),
      meaning: sentence(
        'Two pairs fit better crosswise: each caption describes the image of the other.',
      ),
      supersedes: ['caption-mismatch'],
    },
  ],
  track: (context) => new SwapTracker(context),
};

/** Suspicious pairs whose partners are looked for in one step. */
const SOUGHT_PER_STEP = 4;

class SwapTracker implements Tracker {
  readonly #context: AuditContext;
  #swaps: Swap[] = [];

  constructor(context: AuditContext) {
    this.#context = context;
  }

  *detectAll(): Steps<void> {
    this.#swaps = [];
    const suspicious = suspiciousPairs(this.#context);
    const byText = pairsByText(this.#context, suspicious);
    for (const [n, p] of suspicious.entries()) {
      for (const swap of swapsOf(this.#context, p, byText)) this.#swaps.push(swap);
      if (n % SOUGHT_PER_STEP === 0) yield;
    }
  }

  update(changed: ReadonlySet<number>, moved: Iterable<number>): boolean {
    const again = new Set(changed);
    const swapped = new Set(this.#swaps.flatMap(({ first, second }) => [first, second]));
    for (const p of moved) {
      if (swapped.has(p) || this.#context.mismatch[p]! >= WRONG_HERE) again.add(p);
    }
    if (again.size === 0) return false;
    const suspicious = suspiciousPairs(this.#context);
    const still = new Set(suspicious);
    const byText = pairsByText(this.#context, suspicious);
    const before = this.#swaps.length;
    this.#swaps = this.#swaps.filter(
      ({ first, second }) =>
        !again.has(first) && !again.has(second) && still.has(first) && still.has(second),
    );
    const kept = this.#swaps.length;
    for (const p of again) {
      if (!still.has(p)) continue;
      for (const swap of swapsOf(this.#context, p, byText)) this.#swaps.push(swap);
    }
    return kept !== before || this.#swaps.length !== kept;
  }

  findings(): readonly Detected[] {
    return swapFindings(this.#context, this.#swaps);
  }
}

/** Two pairs, the lower index first. */
export interface Swap {
  readonly first: number;
  readonly second: number;
  readonly confidence: number;
}

/** Pairs whose captions look wrong enough to belong elsewhere, the most suspicious first. */
export function suspiciousPairs(context: AuditContext): number[] {
  return flaggedPairs(context, WRONG_HERE);
}

export function pairsByText(
  { embedded }: AuditContext,
  pairs: readonly number[],
): ReadonlyMap<number, readonly number[]> {
  return groupBy(pairs, (p) => embedded.textRow[p]!);
}

/**
 * Every exchange with `p` that would mend both pairs.
 * @param byText the suspicious pairs by the row of their caption
 */
export function swapsOf(
  { model, embedded, mismatch }: AuditContext,
  p: number,
  byText: ReadonlyMap<number, readonly number[]>,
): Swap[] {
  const { scorer } = model;
  const texts = embedded.texts.texts.length;
  const best = (image: number): Int32Array =>
    scorer.captionLists
      .items(image)
      .filter((t) => t < texts)
      .subarray(0, PARTNERS);
  const image = embedded.imageRow[p]!;
  const text = embedded.textRow[p]!;
  const found: Swap[] = [];
  for (const t of best(image)) {
    for (const q of byText.get(t) ?? []) {
      const other = embedded.imageRow[q]!;
      if (q === p || scorer.graph.pictureOf[other] === scorer.graph.pictureOf[image]) continue;
      if (!best(other).includes(text)) continue;
      const here = model.mismatch(image, t, { replacedText: text, donorImage: other });
      const there = model.mismatch(other, text, { replacedText: t, donorImage: image });
      if (here > RIGHT_THERE || there > RIGHT_THERE) continue;
      const confidence = Math.sqrt(mismatch[p]! * mismatch[q]! * (1 - here) * (1 - there));
      found.push({ first: Math.min(p, q), second: Math.max(p, q), confidence });
    }
  }
  return found;
}

/** The swaps to report: the surest first, each pair in one at most. */
export function swapFindings(context: AuditContext, swaps: readonly Swap[]): Detected[] {
  const taken = new Set<number>();
  return [...swaps]
    .sort((a, b) => b.confidence - a.confidence || a.first - b.first || a.second - b.second)
    .flatMap(({ first, second, confidence }): Detected[] => {
      if (taken.has(first) || taken.has(second)) return [];
      taken.add(first).add(second);
      return [
        finding(context, first, second, confidence),
        finding(context, second, first, confidence),
      ];
    });
}

function finding(context: AuditContext, p: number, q: number, confidence: number): Detected {
  const other = context.pair(q);
  return {
    code: 'captions-swapped',
    ...aboutPair(context, p),
    message: sentence('This caption and that of {0} seem to be swapped.', other.image),
    evidence: [
      sentence('The caption of {0} fits this image: “{1}”', other.image, other.caption),
      sentence('This caption fits {0}.', other.image),
    ],
    confidence,
    relatedPairs: [q],
    relatedFiles: [other.image],
    fixes: [{ kind: 'swap-captions', pair: p, other: q }, { kind: 'mark-verified' }],
  };
}

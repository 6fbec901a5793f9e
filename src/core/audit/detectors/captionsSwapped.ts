import { flaggedPairs } from './captionMismatch.ts';
import { type AuditContext, type Detected, type Detector, aboutPair } from './detector.ts';

/** Both captions must look wrong where they are, and right where the other is. */
const WRONG_HERE = 0.5;
const RIGHT_THERE = 0.1;
/** Each caption must be among the few that fit the other's image best: chance pairs rarely are, both ways. */
const PARTNERS = 4;

/** Two pairs fit better crosswise. */
export const captionsSwapped: Detector = {
  codes: ['captions-swapped'],
  detect(context) {
    const taken = new Set<number>();
    return swaps(context).flatMap((swap): Detected[] => {
      const { first, second, confidence } = swap;
      if (taken.has(first) || taken.has(second)) return [];
      taken.add(first).add(second);
      return [
        finding(context, first, second, confidence),
        finding(context, second, first, confidence),
      ];
    });
  },
};

interface Swap {
  readonly first: number;
  readonly second: number;
  readonly confidence: number;
}

/** Every exchange that would mend both pairs, the surest first. */
function swaps({ model, embedded, mismatch }: AuditContext): Swap[] {
  const { source } = model;
  const suspicious = flaggedPairs(mismatch, WRONG_HERE);
  const byText = new Map<number, number[]>();
  for (const p of suspicious) {
    const text = embedded.textRow[p]!;
    byText.set(text, [...(byText.get(text) ?? []), p]);
  }
  const texts = embedded.texts.texts.length;
  const best = (image: number): Int32Array =>
    source.captionLists
      .items(image)
      .filter((t) => t < texts)
      .subarray(0, PARTNERS);
  const found: Swap[] = [];
  for (const p of suspicious) {
    const image = embedded.imageRow[p]!;
    const text = embedded.textRow[p]!;
    for (const t of best(image)) {
      for (const q of byText.get(t) ?? []) {
        const other = embedded.imageRow[q]!;
        if (q === p || source.graph.pictureOf[other] === source.graph.pictureOf[image]) continue;
        if (!best(other).includes(text)) continue;
        const here = model.mismatch(image, t, { replaced: text, giver: other });
        const there = model.mismatch(other, text, { replaced: t, giver: image });
        if (here > RIGHT_THERE || there > RIGHT_THERE) continue;
        const confidence = Math.sqrt(mismatch[p]! * mismatch[q]! * (1 - here) * (1 - there));
        found.push({ first: Math.min(p, q), second: Math.max(p, q), confidence });
      }
    }
  }
  return found.sort(
    (a, b) => b.confidence - a.confidence || a.first - b.first || a.second - b.second,
  );
}

function finding(context: AuditContext, p: number, q: number, confidence: number): Detected {
  const other = context.embedded.dataset.pairs[q]!;
  return {
    code: 'captions-swapped',
    ...aboutPair(context, p),
    message: `This caption and that of ${other.image} seem to be swapped.`,
    evidence: [
      `The caption of ${other.image} fits this image: “${other.caption}”`,
      `This caption fits ${other.image}.`,
    ],
    confidence,
    relatedPairs: [q],
    relatedFiles: [other.image],
    fixes: [{ kind: 'swap-captions', pair: p, other: q }, { kind: 'mark-verified' }],
  };
}

import { dotRows } from '../../matching/innerProducts.ts';
import { type Detected, type Detector, aboutPair } from './detector.ts';

/** Neither pair may be suspicious itself: a wrong caption is no hard negative. */
const FITS = 0.2;
/** Captions this close (centred sentence cosine) on images this close (centred look cosine). */
const CLOSE_CAPTION = 0.75;
const CLOSE_LOOK = 0.5;
/** At most this share of the pairs is reported, the closest first, and never fewer than a handful. */
const SHARE = 0.01;
const AT_LEAST = 20;
const CANDIDATES = 10;

/** Another pair so close, in picture and words, that training may confuse the two. */
export const hardNegative: Detector = {
  codes: ['hard-negative'],
  detect(context) {
    const { model, embedded, mismatch, judged } = context;
    const { source } = model;
    const pairOfText = new Map<number, number>();
    judged.forEach((use, p) => {
      const text = embedded.textRow[p]!;
      if (use && !pairOfText.has(text)) pairOfText.set(text, p);
    });
    const found: { p: number; q: number; closeness: number }[] = [];
    judged.forEach((use, p) => {
      if (!use || !(mismatch[p]! < FITS)) return;
      const i = embedded.imageRow[p]!;
      const j = embedded.textRow[p]!;
      for (const t of source.sentenceLists.items(j).subarray(0, CANDIDATES)) {
        const q = pairOfText.get(t);
        if (q === undefined || q <= p || !(mismatch[q]! < FITS)) continue;
        const other = embedded.imageRow[q]!;
        if (source.graph.pictureOf[other] === source.graph.pictureOf[i]) continue;
        const words = dotRows(source.spaces.sentences, j, source.spaces.sentences, t);
        const looks = dotRows(source.spaces.looks, i, source.spaces.looks, other);
        if (words < CLOSE_CAPTION || looks < CLOSE_LOOK) continue;
        found.push({ p, q, closeness: Math.min(words, looks) });
      }
    });
    const limit = Math.max(AT_LEAST, Math.round(SHARE * judged.length));
    return found
      .sort((a, b) => b.closeness - a.closeness || a.p - b.p || a.q - b.q)
      .slice(0, limit)
      .map(({ p, q, closeness }): Detected => {
        const other = embedded.dataset.pairs[q]!;
        return {
          code: 'hard-negative',
          ...aboutPair(context, p),
          message: `Hard to tell from ${other.image}: like pictures with like captions.`,
          evidence: [`${other.image} is captioned “${other.caption}”`],
          confidence: Math.min(1, closeness),
          relatedPairs: [q],
          relatedFiles: [other.image],
          fixes: [],
          remedy: 'Make both captions say what tells the pictures apart.',
        };
      });
  },
};

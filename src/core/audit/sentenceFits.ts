import { dotRows } from '../matching/innerProducts.ts';
import type { Matrix } from '../matching/matrix.ts';
import type { CaptionSentence } from '../text/captionSentences.ts';
import type { PairScorer } from './pairScorer.ts';
import { PRIOR_WEIGHT } from './vocabulary.ts';

/** 3 of 1,000 right sentences fit less, and 71 of 100 of another picture (docs/matchers.md). */
const FOREIGN = 0.5;
/** Largest share of a dataset's sentences that may be reported, and the sentences needed to know. */
const MOST_REPORTED = 0.05;
const ENOUGH_SENTENCES = 100;
/** Median fit of a dataset's sentences from which single ones can be judged. */
const SEPARABLE = 1.5;

/** A sentence with how well it fits its image. */
export interface FittedSentence extends CaptionSentence {
  /** In standard deviations above sentences drawn at random. */
  readonly fit: number;
}

/** Centred unit rows of sentences in the joint and in the sentence space. */
export interface SentenceRows {
  readonly joint: Matrix;
  readonly plain: Matrix;
}

/** How well the sentences of longer captions fit their images, compared with sentences drawn at random from the dataset. */
export class SentenceFits {
  readonly #drawn: SentenceRows;
  readonly #known = new Map<string, readonly FittedSentence[]>();
  #threshold = -Infinity;

  /** @param drawn sentences of the dataset to compare with */
  constructor(drawn: SentenceRows) {
    this.#drawn = drawn;
  }

  /** @param rows of the sentences */
  add(
    scorer: PairScorer,
    image: number,
    caption: string,
    sentences: readonly CaptionSentence[],
    rows: SentenceRows,
  ): void {
    const { images, priors } = scorer.spaces;
    const joint = standard(images, image, this.#drawn.joint);
    const plain = standard(priors, image, this.#drawn.plain);
    this.#known.set(
      keyOf(image, caption),
      sentences.map((each, s) => ({
        ...each,
        fit:
          joint(dotRows(images, image, rows.joint, s)) +
          PRIOR_WEIGHT * plain(dotRows(priors, image, rows.plain, s)),
      })),
    );
  }

  /** Decides from the dataset's own sentences which are reported. */
  calibrate(): void {
    const fits = [...this.#known.values()].flat().map(({ fit }) => fit);
    fits.sort((a, b) => a - b);
    const median = fits[Math.floor(fits.length / 2)] ?? 0;
    this.#threshold =
      fits.length < ENOUGH_SENTENCES || median < SEPARABLE
        ? -Infinity
        : Math.min(FOREIGN, fits[Math.floor(MOST_REPORTED * fits.length)] ?? FOREIGN);
  }

  /** The sentences of a caption that fit its image no better than those of other captions, while others of it do. */
  foreign(image: number, caption: string): readonly FittedSentence[] {
    const sentences = this.#known.get(keyOf(image, caption)) ?? [];
    const foreign = sentences.filter(({ fit }) => fit < this.#threshold);
    return foreign.length < sentences.length ? foreign : [];
  }
}

/** Standardises similarities to an image by those of the drawn sentences. */
function standard(images: Matrix, image: number, drawn: Matrix): (similarity: number) => number {
  let sum = 0;
  let squares = 0;
  for (let r = 0; r < drawn.rows; r++) {
    const value = dotRows(images, image, drawn, r);
    sum += value;
    squares += value * value;
  }
  const mean = sum / Math.max(1, drawn.rows);
  const spread = Math.sqrt(Math.max(1e-6, squares / Math.max(1, drawn.rows) - mean * mean));
  return (similarity) => (similarity - mean) / spread;
}

function keyOf(image: number, caption: string): string {
  return `${image} ${caption}`;
}

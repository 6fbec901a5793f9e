import { dotRows } from '../matching/innerProducts.ts';
import { type Matrix, matrix, row } from '../matching/matrix.ts';
import { captionWords } from '../matching/wordSupport.ts';
import { isNameable } from '../text/contentWords.ts';
import type { TextTable } from './embeddedDataset.ts';
import type { PairScorer } from './pairScorer.ts';

/** Images of the dataset, and of the shipped pairs, to which a word is compared. */
const OWN_IMAGES = 256;
const SHIPPED_IMAGES = 128;
/** Weight of the shipped images in images, for datasets too small to have statistics of their own. */
const SHIPPED_WEIGHT = 50;
/** Weight of the class-name prior beside the joint space (coco-mini and Flickr8k test; docs/matchers.md). */
export const PRIOR_WEIGHT = 0.3;

/** A word's embeddings, as matrices of one row. */
interface KnownWord {
  readonly joint: Matrix;
  readonly sentence: Matrix;
  /** How it compares with images, filled in at its first use. */
  joined?: Moments;
  named?: Moments;
}

interface Moments {
  readonly mean: number;
  readonly spread: number;
}

/** Distinct words embedded for a dataset; of more, those used first. */
const MOST_WORDS = 50_000;

/** The words of captions that may name something to be seen, in lower case, each once. */
export function wordsToEmbed(captions: Iterable<string>): string[] {
  const words = new Set<string>();
  for (const caption of captions) {
    if (words.size >= MOST_WORDS) break;
    for (const { text } of captionWords(caption)) {
      const word = text.toLowerCase();
      if (isNameable(word)) words.add(word);
    }
  }
  return [...words];
}

/** The words of a dataset's captions with their embeddings: which image do they fit? */
export class Vocabulary {
  readonly #words = new Map<string, KnownWord>();
  readonly #images: number;

  /**
   * @param words distinct, in lower case, with their embeddings
   * @param images of the dataset: the first rows of the scorer's
   */
  constructor(words: TextTable, images: number) {
    this.#images = images;
    this.add(words);
  }

  /** @param words distinct, in lower case, with their embeddings */
  add({ texts, embedding, sentence }: TextTable): void {
    for (const [w, word] of texts.entries()) {
      this.#words.set(word, {
        joint: matrix(1, embedding.columns, row(embedding, w)),
        sentence: matrix(1, sentence.columns, row(sentence, w)),
      });
    }
  }

  /** The words of captions that are not embedded yet. */
  missing(captions: readonly string[]): string[] {
    return wordsToEmbed(captions).filter((word) => !this.#words.has(word));
  }

  /**
   * How well a word fits an image compared with other images, in standard deviations: about 0 for any word and image,
   * above it for what the image shows. Undefined for a word that is not embedded.
   */
  fit(scorer: PairScorer, image: number, word: string): number | undefined {
    const known = this.#words.get(word.toLowerCase());
    if (known === undefined) return undefined;
    const { spaces, hubs } = scorer;
    known.joined ??= this.#moments(known.joint, spaces.images, hubs.bank.images);
    known.named ??= this.#moments(known.sentence, spaces.priors, hubs.bank.priors);
    return (
      standardised(dotRows(spaces.images, image, known.joint, 0), known.joined) +
      PRIOR_WEIGHT * standardised(dotRows(spaces.priors, image, known.sentence, 0), known.named)
    );
  }

  /** Mean and spread of a word's similarity to the images, those of the dataset and some shipped ones. */
  #moments(word: Matrix, images: Matrix, shipped: Matrix): Moments {
    const own = similarities(images, this.#images, OWN_IMAGES, word);
    const others = similarities(shipped, shipped.rows, SHIPPED_IMAGES, word);
    const values = [
      ...own.map((value) => ({ value, weight: this.#images / Math.max(1, own.length) })),
      ...others.map((value) => ({ value, weight: SHIPPED_WEIGHT / Math.max(1, others.length) })),
    ];
    const total = values.reduce((sum, { weight }) => sum + weight, 0);
    const mean = values.reduce((sum, { value, weight }) => sum + weight * value, 0) / total;
    const squares = values.reduce(
      (sum, { value, weight }) => sum + weight * (value - mean) ** 2,
      0,
    );
    return { mean, spread: Math.sqrt(squares / total) };
  }
}

/** Of evenly spaced rows. */
function similarities(images: Matrix, rows: number, most: number, word: Matrix): number[] {
  const stride = Math.max(1, rows / most);
  const values: number[] = [];
  for (let place = 0; place < rows; place += stride) {
    values.push(dotRows(images, Math.floor(place), word, 0));
  }
  return values;
}

function standardised(value: number, { mean, spread }: Moments): number {
  return spread > 1e-6 ? (value - mean) / spread : 0;
}

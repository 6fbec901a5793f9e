import { type Matrix, row } from '../matching/matrix.ts';
import { RidgeRegression } from '../matching/ridgeRegression.ts';
import type { Steps } from '../steps.ts';

/** Ridge penalty, in pairs whose visual embeddings are unit rows. */
const PENALTY = 3;
/** Pairs that a regression learns from: more change it little, and each costs about 0.1 ms. */
const MOST_LEARNT = 6000;
const LEARNT_PER_STEP = 100;
const PREDICTED_PER_STEP = 50;

/** A ridge regression for each fold of a dataset, learnt from the pairs of the other folds. */
export class CrossFittedRegression {
  readonly #empty: () => RidgeRegression;
  readonly #parts: readonly RidgeRegression[];

  constructor(folds: number, size: number, targets: number) {
    this.#empty = () => new RidgeRegression(size, targets);
    this.#parts = Array.from({ length: folds }, this.#empty);
  }

  add(fold: number, x: Float32Array, y: Float32Array, weight: number): void {
    this.#parts[fold]!.add(x, y, weight);
  }

  /** The maps (targets, size) of the folds. */
  *ofFolds(): Steps<Matrix[]> {
    const all = this.#all();
    const maps: Matrix[] = [];
    for (const part of this.#parts) {
      yield;
      maps.push(all.without(part).solve(PENALTY));
    }
    return maps;
  }

  /** The map of all pairs, for what no fold has seen. */
  ofAll(): Matrix {
    return this.#all().solve(PENALTY);
  }

  #all(): RidgeRegression {
    const all = this.#empty();
    for (const part of this.#parts) all.addAll(part);
    return all;
  }
}

/** Passes the places of the pairs that are learnt from, evenly among `count`. */
export function* learnFrom(count: number, learn: (place: number) => void): Steps<void> {
  const stride = Math.max(1, count / MOST_LEARNT);
  let learnt = 0;
  for (let place = 0; place < count; place += stride) {
    if (learnt++ % LEARNT_PER_STEP === 0) yield;
    learn(Math.floor(place));
  }
}

/** Writes what each image's fold expects of it to `predictions`. */
export function* predictByFold(
  { visuals, predictions }: { readonly visuals: Matrix; readonly predictions: Matrix },
  foldOfImage: readonly number[],
  expect: (fold: number, visual: Float32Array) => Float32Array,
): Steps<void> {
  for (const [image, fold] of foldOfImage.entries()) {
    if (image % PREDICTED_PER_STEP === 0) yield;
    row(predictions, image).set(expect(fold, row(visuals, image)));
  }
}

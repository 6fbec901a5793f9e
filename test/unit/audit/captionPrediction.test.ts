import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  foldOf,
  FOLDS,
  learnPredictions,
  type LearntPair,
} from '../../../src/core/audit/captionPrediction.ts';
import { EXCHANGED_WEIGHTS, learntCombination } from '../../../src/core/audit/combination.ts';
import { linearScore } from '../../../src/core/audit/fitting/foldedCombination.ts';
import { mulberry32 } from '../../../src/core/random.ts';
import { SCORE_NAMES } from '../../../src/core/audit/pairScorer.ts';
import { auroc } from '../../../src/core/matching/auroc.ts';
import { dotRows } from '../../../src/core/matching/innerProducts.ts';
import { type Matrix, matrix, row } from '../../../src/core/matching/matrix.ts';
import { runToCompletion } from '../../../src/core/steps.ts';

const IMAGES = 200;
const VISUAL = 24;
const SENTENCE = 16;

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function unitRows(
  rows: number,
  columns: number,
  valueOf: (r: number, c: number) => number,
): Matrix {
  const m = matrix(rows, columns);
  for (let r = 0; r < rows; r++) {
    const values = row(m, r);
    for (let c = 0; c < columns; c++) values[c] = valueOf(r, c);
    const norm = Math.hypot(...values);
    values.forEach((value, c) => (values[c] = value / norm));
  }
  return m;
}

/** Images whose captions follow from their looks by a linear map that nobody knows, with noise. */
function dataset(seed: number, related = true): { visuals: Matrix; sentences: Matrix } {
  const random = mulberry32(seed);
  const visuals = unitRows(IMAGES, VISUAL, () => normal(random));
  const map = matrix(VISUAL, SENTENCE);
  map.data.forEach((_, n) => (map.data[n] = normal(random)));
  const sentences = unitRows(IMAGES, SENTENCE, (r, c) => {
    let sum = 0.5 * normal(random);
    if (!related) return sum;
    for (let v = 0; v < VISUAL; v++) sum += row(visuals, r)[v]! * row(map, v)[c]!;
    return sum;
  });
  return { visuals, sentences };
}

const folds = Array.from({ length: IMAGES }, (_, n) => foldOf(`image ${n}`));
const pairsOf = (captions: readonly number[]): LearntPair[] =>
  captions.map((text, image) => ({ image, text, csls: 0 }));
const ownCaptions = Array.from({ length: IMAGES }, (_, n) => n);

function predictionsOf(
  { visuals, sentences }: { visuals: Matrix; sentences: Matrix },
  pairs: readonly LearntPair[],
): Matrix {
  const out = matrix(IMAGES, SENTENCE);
  runToCompletion(learnPredictions(visuals, sentences, pairs, folds, out));
  return out;
}

/** AUROC of own captions against those of the next image of the same part, which no regression of that part saw either. */
function separability(sentences: Matrix, predictions: Matrix): number {
  const scores: number[] = [];
  const right: boolean[] = [];
  for (let n = 0; n < IMAGES; n++) {
    const other = folds.findIndex((fold, m) => m > n && fold === folds[n]);
    if (other < 0) continue;
    scores.push(dotRows(predictions, n, sentences, n), dotRows(predictions, n, sentences, other));
    right.push(true, false);
  }
  return auroc(scores, right);
}

describe('captions predicted from the other pairs of a dataset', () => {
  test('tell own captions from others where captions follow from looks', () => {
    const set = dataset(1);
    assert.ok(separability(set.sentences, predictionsOf(set, pairsOf(ownCaptions))) > 0.9);
  });

  test('say nothing where captions have nothing to do with the images: no pair was seen', () => {
    const mean =
      [2, 3, 4, 5, 6, 7].reduce((sum, seed) => {
        const set = dataset(seed, false);
        return sum + separability(set.sentences, predictionsOf(set, pairsOf(ownCaptions)));
      }, 0) / 6;
    assert.ok(Math.abs(mean - 0.5) < 0.06, `AUROC ${mean}`);
  });

  test('do not depend on the pair itself, nor on others of its part; they do on the other parts', () => {
    const set = dataset(1);
    const before = predictionsOf(set, pairsOf(ownCaptions));
    const exchanged = [...ownCaptions];
    exchanged[0] = 7;
    const after = predictionsOf(set, pairsOf(exchanged));
    folds.forEach((fold, n) => {
      const same = row(before, n).every((value, c) => Math.abs(value - row(after, n)[c]!) < 1e-6);
      assert.equal(same, fold === folds[0], `image ${n}`);
    });
  });

  test('are those of a direct solution of the ridge regression', () => {
    // One column each: B = sum w x y / (sum w x x + penalty), and a unit row is its sign.
    const visuals = matrix(3, 1, Float32Array.of(1, -1, 1));
    const sentences = matrix(3, 1, Float32Array.of(1, 1, -1));
    const out = matrix(3, 1);
    const pairs = [0, 1, 2].map((n) => ({ image: n, text: n, csls: 0 }));
    runToCompletion(learnPredictions(visuals, sentences, pairs, [0, 1, 2], out));
    assert.deepEqual([...out.data], [-1, 0, 0]);
  });

  test('copies of an image are in the same part, and parts are of like size', () => {
    assert.equal(foldOf('abc'), foldOf('abc'));
    for (let fold = 0; fold < FOLDS; fold++) {
      const size = folds.filter((own) => own === fold).length;
      assert.ok(size > 20 && size < 60, `part ${fold}: ${size}`);
    }
  });
});

describe('the share of the predictions in the score', () => {
  const scores = (random: () => number, csls: number, predicted: number): number[] =>
    SCORE_NAMES.map((name) =>
      name === 'csls'
        ? csls + 0.3 * normal(random)
        : name === 'predicted'
          ? predicted + 0.15 * normal(random)
          : 0,
    );
  const PREDICTED = SCORE_NAMES.indexOf('predicted');
  const raised = (of: number[]): number[] => of.with(PREDICTED, of[PREDICTED]! + 1);

  test('is nothing where they tell nothing', () => {
    const random = mulberry32(1);
    const observed = Array.from({ length: 400 }, () => scores(random, 0, 0));
    const wrong = Array.from({ length: 2000 }, () => scores(random, -0.75, 0));
    const combination = learntCombination(observed, wrong, EXCHANGED_WEIGHTS);
    const score = (of: number[]): number => linearScore(combination, of);
    assert.equal(score(raised(observed[0]!)), score(observed[0]!));
  });

  test('is much where the shipped scores tell nothing and they do', () => {
    const random = mulberry32(2);
    const observed = Array.from({ length: 400 }, () => scores(random, -0.75, 0.4));
    const wrong = Array.from({ length: 2000 }, () => scores(random, -0.75, 0));
    const combination = learntCombination(observed, wrong, EXCHANGED_WEIGHTS);
    const score = (of: number[]): number => linearScore(combination, of);
    const all = [...observed, ...wrong];
    assert.ok(
      auroc(
        all.map(score),
        all.map((_, n) => n < 400),
      ) > 0.95,
    );
  });
});

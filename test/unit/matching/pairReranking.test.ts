import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { MATCHERS } from '../../../src/core/matching/matchers.ts';
import { matrix } from '../../../src/core/matching/matrix.ts';
import { METHODS } from '../../../src/core/matching/methods.ts';
import { byScore, pairRerankingMatcher } from '../../../src/core/matching/pairReranking.ts';
import type { Fragments } from '../../../src/core/matching/crossEncoder.ts';
import { denseScores } from '../../../src/core/matching/scoreBlocks.ts';
import { PairLensError } from '../../../src/core/errors.ts';
import { randomRows, seeded } from '../../support/randomVectors.ts';

const IMAGES = 6;
const CAPTIONS = 9;

/** Fragments that say only which item they are of. */
function numbered(count: number): Fragments[] {
  return Array.from(
    { length: count },
    (_, n) => new Map([['n', { shape: [1], data: Float32Array.of(n) }]]),
  );
}

const numberOf = (one: Fragments): number => Number(one.get('n')!.data[0]);

/** Prefers captions and images of large numbers. */
const scorer = {
  score: (images: readonly Fragments[], captions: readonly Fragments[]) =>
    Promise.resolve(
      Float32Array.from(
        images.flatMap((image) => captions.map((caption) => numberOf(image) + numberOf(caption))),
      ),
    ),
};

const random = seeded(3);
const spaces = {
  images: randomRows(IMAGES, 4, random),
  captions: randomRows(CAPTIONS, 4, random),
  visuals: matrix(IMAGES, 0),
  priors: matrix(IMAGES, 0),
  sentences: matrix(CAPTIONS, 0),
};
const task = { spaces, reference: spaces };

const ranking = (row: ArrayLike<number>): number[] =>
  Array.from({ length: row.length }, (_, n) => n).sort((a, b) => row[b]! - row[a]! || a - b);

describe('re-ranking by a scorer of pairs', () => {
  test('the best of each list are in the order of the scorer, the rest as they were', async () => {
    const depth = 4;
    const table = { images: numbered(IMAGES), captions: numbered(CAPTIONS) };
    const matcher = pairRerankingMatcher('large', 'large', scorer, table, depth);
    const before = await MATCHERS[0]!.rescore(task, {});
    const after = await matcher.rescore(task, {});
    for (const way of ['imageToText', 'textToImage'] as const) {
      const [old, now] = [await denseScores(before[way]), await denseScores(after[way])];
      for (let q = 0; q < old.rows; q++) {
        const row = (m: typeof old): number[] =>
          ranking(m.data.subarray(q * m.columns, (q + 1) * m.columns));
        const [was, is] = [row(old), row(now)];
        assert.deepEqual(
          is.slice(0, depth),
          was.slice(0, depth).sort((a, b) => b - a),
        );
        assert.deepEqual(is.slice(depth), was.slice(depth));
      }
    }
  });

  test('equal scores and scores that are no numbers keep the order', () => {
    assert.deepEqual(byScore(['a', 'b', 'c', 'd', 'e'], [1, NaN, 2, 1, NaN]), [
      'c',
      'a',
      'd',
      'b',
      'e',
    ]);
  });

  test('it can be cancelled between queries', async () => {
    const controller = new AbortController();
    const matcher = pairRerankingMatcher(
      'large',
      'large',
      {
        score: (...pairs) => {
          controller.abort();
          return scorer.score(...pairs);
        },
      },
      { images: numbered(IMAGES), captions: numbered(CAPTIONS) },
    );
    await assert.rejects(matcher.rescore(task, { signal: controller.signal }), (error) =>
      PairLensError.is(error, 'cancelled'),
    );
  });
});

describe('the table of methods', () => {
  test('has every matcher and every method that the packs are made of, once', async () => {
    const ids = METHODS.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(
      METHODS.filter(({ kind }) => kind === 'ranking')
        .map(({ id }) => id)
        .sort(),
      MATCHERS.map(({ id }) => id).sort(),
    );
    const root = path.resolve(import.meta.dirname, '../../..');
    const pack = await readFile(
      path.join(root, 'models/build/pairlens_models/zoo_pack.py'),
      'utf8',
    );
    const packed = /METHODS = \{([^}]*)\}/.exec(pack)?.[1] ?? '';
    assert.deepEqual(
      [...packed.matchAll(/: '([a-z0-9-]+)'/g)].map(([, id]) => id).sort(),
      METHODS.filter(({ kind }) => kind !== 'ranking')
        .map(({ id }) => id)
        .sort(),
    );
  });

  test('each method has its row in the docs', async () => {
    const root = path.resolve(import.meta.dirname, '../../..');
    const docs = await Promise.all(
      ['docs/matchers.md', 'docs/zoo.md'].map((file) => readFile(path.join(root, file), 'utf8')),
    );
    for (const { id } of METHODS) assert.ok(docs.join().includes(`\`${id}\``), id);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PairLensError } from '../../src/core/errors.ts';
import { injectSwaps } from '../../src/core/evaluation/injectedSwaps.ts';
import { MATCHERS } from '../../src/core/matching/matchers.ts';
import { evaluateFolder } from '../../src/engine/batch/evaluateFolder.ts';
import { fakeDataset, fakeEmbedded, fakePair, fakeWorkspace } from '../support/fakeWorkspace.ts';

/** A word of its own for each of the numbers 0 to 39. */
const WORDS = Array.from({ length: 40 }, (_unused, i) =>
  String(i)
    .replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)))
    .concat('q'),
);
const CLEAN = fakeDataset(
  '/data',
  WORDS.flatMap((word) => [
    fakePair(`${word}.jpg`, word),
    fakePair(`${word}.jpg`, `${word} ${word}`, 1),
  ]),
);
const OPTIONS = { rate: 0.4, seeds: 3, limit: 100 };

describe('evaluation', () => {
  test('an encoder that is always right gets full recall both ways and an AUROC of 1', async () => {
    const [result] = await evaluateFolder('/data', fakeWorkspace([CLEAN]), OPTIONS, {});
    assert.equal(result!.images, 40);
    assert.equal(result!.captions, 80);
    assert.equal(result!.inductive.rsum, 600);
    assert.equal(result!.inductive.imageToText.r1, 100);
    assert.ok(result!.injectedNoise!.auroc > 0.999);
    assert.equal(result!.injectedNoise!.images, 40);
  });

  test('an encoder that gives every caption the vector of another image gets next to nothing', async () => {
    const shifted = fakeDataset(
      '/data',
      WORDS.map((word, i) => fakePair(`${word}.jpg`, WORDS[(i + 1) % WORDS.length]!)),
    );
    const [result] = await evaluateFolder('/data', fakeWorkspace([shifted]), OPTIONS, {});
    assert.ok(result!.inductive.imageToText.r1 < 10);
    assert.ok(result!.inductive.textToImage.r1 < 10);
  });

  test('one image has recall but no noise to be told apart', async () => {
    const one = fakeDataset('/data', [fakePair('dog.jpg', 'dog')]);
    const [result] = await evaluateFolder('/data', fakeWorkspace([one]), OPTIONS, {});
    assert.equal(result!.inductive.rsum, 600);
    assert.equal(result!.injectedNoise, undefined);
  });

  test('every matcher is measured, or the wanted one beside the cosine and NNN', async () => {
    const options = { ...OPTIONS, seeds: 0 };
    const ids = async (matcher?: string): Promise<string[]> => {
      const [result] = await evaluateFolder(
        '/data',
        fakeWorkspace([CLEAN]),
        { ...options, matcher },
        {},
      );
      assert.deepEqual(
        [result!.inductive, result!.transductive],
        ['cosine', 'nnn'].map((id) => result!.matchers.find((one) => one.id === id)!.recall),
      );
      return result!.matchers.map(({ id }) => id);
    };
    assert.deepEqual(
      await ids(),
      // Without reference pairs those that borrow their queries measure nothing of their own.
      MATCHERS.filter(({ needs }) => !needs.includes('reference')).map(({ id }) => id),
    );
    await assert.rejects(ids('qb-norm'), /only the shipped encoders have/);
    assert.deepEqual(await ids('mtfn-rr'), ['cosine', 'nnn', 'mtfn-rr']);
  });

  test('with a split only its pairs are measured, and a split that is not there is told with those that are', async () => {
    const pairs = CLEAN.pairs.map((pair, i) => ({ ...pair, split: i < 20 ? 'test' : 'train' }));
    const workspace = fakeWorkspace([{ ...CLEAN, pairs }]);
    const [result] = await evaluateFolder('/data', workspace, { ...OPTIONS, split: 'test' }, {});
    assert.deepEqual([result!.images, result!.captions], [10, 20]);
    await assert.rejects(
      evaluateFolder('/data', workspace, { ...OPTIONS, split: 'dev' }, {}),
      (error) => PairLensError.is(error) && (error.remedy ?? '').includes('test, train'),
    );
  });

  test('exchanged captions come from other images, at the asked rate, the same for the same seed', () => {
    const embedded = fakeEmbedded(CLEAN);
    const noisy = injectSwaps(embedded, { rate: 0.4, seed: 1, limit: 1000 });
    assert.equal(noisy.wrong.filter(Boolean).length, 16);
    for (const [i, pair] of noisy.embedded.dataset.pairs.entries()) {
      assert.equal(pair.image !== `${pair.caption}.jpg`, noisy.wrong[i]);
      const text = noisy.embedded.textRow[i]!;
      assert.equal(embedded.texts.texts[text], pair.caption);
    }
    assert.deepEqual(noisy, injectSwaps(embedded, { rate: 0.4, seed: 1, limit: 1000 }));
    assert.notDeepEqual(
      noisy.wrong,
      injectSwaps(embedded, { rate: 0.4, seed: 2, limit: 1000 }).wrong,
    );
  });

  test('captions of the same thing are exchanged in twos that share a word for it', () => {
    const things = ['dog', 'cat', 'boat'];
    const verbs = ['running', 'sleeping', 'jumping', 'eating', 'swimming', 'waiting'];
    const pairs = things.flatMap((thing) =>
      verbs.map((verb, n) => fakePair(`${thing}${n}.jpg`, `${thing} ${verb}${thing}`)),
    );
    const embedded = fakeEmbedded(fakeDataset('/data', pairs));
    const noisy = injectSwaps(embedded, { rate: 0.7, seed: 1, limit: 1000, donors: 'same-noun' });
    assert.equal(noisy.wrong.filter(Boolean).length, 12);
    for (const [i, { image, caption }] of noisy.embedded.dataset.pairs.entries()) {
      assert.equal(image.replace(/\d.jpg/, ''), caption.split(' ')[0]);
      const own = pairs.find((pair) => pair.image === image)?.caption;
      assert.equal(own !== caption, noisy.wrong[i]);
    }
    assert.equal(new Set(noisy.embedded.dataset.pairs.map(({ caption }) => caption)).size, 18);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { auditDataset } from '../../src/engine/audit/auditDataset.ts';
import { syntheticBank, syntheticWorld } from '../support/syntheticWorld.ts';

const reference = syntheticBank();
const PAIRS = 60;
const COPIED = 'A red boat on the river';

/** What is said of 60 pairs, some with captions of their own choice. */
async function found(
  captionOf: (i: number) => string | undefined,
  {
    same,
    inOneFile = false,
  }: { readonly same?: readonly number[]; readonly inOneFile?: boolean } = {},
): Promise<string[]> {
  const captions = Array.from(
    { length: PAIRS },
    (_, i) => captionOf(i) ?? `the caption of picture ${i}`,
  );
  const { embedded } = syntheticWorld(PAIRS, { captions, ...(same && { same }) });
  const { dataset } = embedded;
  const pairs = dataset.pairs.map((pair) => ({
    ...pair,
    source: inOneFile ? dataset.pairs[0]!.source : pair.source,
  }));
  const given = { ...embedded, dataset: { ...dataset, pairs } };
  const { findings } = await auditDataset(given, { levels: DEFAULT_LEVELS, reference });
  return findings
    .filter(({ code }) => code === 'duplicate-caption')
    .map(({ file, message, evidence }) =>
      [file, ...[message, ...evidence].map(inEnglish)].join(' | '),
    );
}

describe('one caption for several pictures', () => {
  test('is told once, however it is written', async () => {
    const written = [COPIED, `${COPIED}. `, COPIED.toLowerCase()];
    assert.deepEqual(await found((i) => written[i - 20]), [
      '20.txt | 3 pictures have this caption. | It is also that of 21.jpg, 22.jpg.',
    ]);
  });

  test('is nothing where captions are written from a template', async () => {
    assert.deepEqual(await found((i) => (i % 10 === 0 ? COPIED : undefined)), []);
  });

  test('is nothing where it is short, or the files hold one picture, or the caption stands once', async () => {
    assert.deepEqual(await found((i) => (i < 2 ? 'red boat, river' : undefined)), []);
    const same = Array.from({ length: PAIRS }, (_, i) => (i === 1 ? 0 : i));
    assert.deepEqual(await found((i) => (i < 2 ? COPIED : undefined), { same }), []);
    assert.deepEqual(await found((i) => (i < 2 ? COPIED : undefined), { inOneFile: true }), []);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { matrix } from '../../../src/core/matching/matrix.ts';
import { exactIndex } from '../../../src/core/retrieval/exactIndex.ts';
import { normalisedSearch, type QueryBank } from '../../../src/core/retrieval/normalisedSearch.ts';
import { SEARCH_MATCHERS, type SearchMatcher } from '../../../src/core/retrieval/searchMatchers.ts';
import { cslsNormaliser, nnnNormaliser } from '../../../src/core/matching/hubness.ts';
import { normalised, type PrepareNormaliser } from '../../../src/core/matching/normaliser.ts';
import { productBlocks } from '../../../src/core/matching/scoreBlocks.ts';
import {
  dualSoftmaxNormaliser,
  invertedSoftmaxNormaliser,
} from '../../../src/core/matching/softmaxNormalisation.ts';
import { randomRows, seeded } from '../../support/randomVectors.ts';

/** Unit vectors in the plane, by angle in degrees. */
function fan(...degrees: number[]): ReturnType<typeof matrix> {
  const values = degrees.flatMap((angle) => [
    Math.cos((angle * Math.PI) / 180),
    Math.sin((angle * Math.PI) / 180),
  ]);
  return matrix(degrees.length, 2, Float32Array.from(values));
}

function own(queries: ReturnType<typeof matrix>): QueryBank {
  return { queries, borrowed: false };
}

describe('search with hubness correction', () => {
  test('a hub near to every reference query gives way to a rarer item that is almost as near', async () => {
    const gallery = fan(0, 50);
    const query = fan(22).data;
    const bank = fan(...Array.from({ length: 64 }, (_u, i) => (i % 9) - 4));
    const plain = await normalisedSearch(query, gallery, exactIndex(gallery), own(fan()), 2);
    const corrected = await normalisedSearch(query, gallery, exactIndex(gallery), own(bank), 2);
    assert.deepEqual(
      plain.map(({ item }) => item),
      [0, 1],
    );
    assert.deepEqual(
      corrected.map(({ item }) => item),
      [1, 0],
    );
    assert.equal(corrected[0]!.similarity, plain[1]!.similarity);
  });

  test('borrowed reference queries weigh less: they know less about the hubs of this gallery', async () => {
    const gallery = fan(0, 50);
    const search = async (borrowed: boolean): Promise<number> => {
      const bank = { queries: fan(0, 1, 2, 3, 4, 5, 6, 7), borrowed };
      const found = await normalisedSearch(fan(0).data, gallery, exactIndex(gallery), bank, 1);
      return found[0]!.similarity - found[0]!.score;
    };
    assert.ok((await search(true)) < 0.7 * (await search(false)));
  });

  test('every matcher of a search ranks the candidates as it would rank the whole gallery', async () => {
    const random = seeded(4);
    const gallery = randomRows(300, 8, random);
    const queries = randomRows(90, 8, random);
    const query = randomRows(1, 8, random);
    const whole: Record<SearchMatcher, PrepareNormaliser | undefined> = {
      nnn: nnnNormaliser(0.75, 11),
      cosine: undefined,
      csls: cslsNormaliser(),
      'inverted-softmax': invertedSoftmaxNormaliser(),
      'dual-softmax': dualSoftmaxNormaliser(),
    };
    for (const matcher of SEARCH_MATCHERS) {
      const found = await normalisedSearch(
        query.data,
        gallery,
        exactIndex(gallery),
        own(queries),
        5,
        {
          matcher,
        },
      );
      const raw = productBlocks(query, gallery);
      const prepare = whole[matcher];
      const scores =
        prepare === undefined
          ? raw
          : await normalised(raw, productBlocks(queries, gallery), prepare, {});
      const row = await scores.block(0, 1);
      const expected = [...row.keys()].sort((a, b) => row[b]! - row[a]!).slice(0, 5);
      assert.deepEqual(
        found.map(({ item }) => item),
        expected,
        matcher,
      );
    }
  });

  test('an empty gallery has no results', async () => {
    const gallery = matrix(0, 2);
    assert.deepEqual(
      await normalisedSearch(fan(0).data, gallery, exactIndex(gallery), own(fan(0)), 5),
      [],
    );
  });

  test('the exact index returns the nearest in order, and no more than there are', () => {
    const { indices } = exactIndex(fan(80, 10, 45)).search(fan(0).data, 10);
    assert.deepEqual([...indices], [1, 2, 0]);
  });
});

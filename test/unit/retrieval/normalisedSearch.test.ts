import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { matrix } from '../../../src/core/matching/matrix.ts';
import { exactIndex } from '../../../src/core/retrieval/exactIndex.ts';
import { normalisedSearch, type QueryBank } from '../../../src/core/retrieval/normalisedSearch.ts';

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
  test('a hub near to every reference query gives way to a rarer item that is almost as near', () => {
    const gallery = fan(0, 50);
    const query = fan(22).data;
    const bank = fan(...Array.from({ length: 64 }, (_u, i) => (i % 9) - 4));
    const plain = normalisedSearch(query, gallery, exactIndex(gallery), own(fan()), 2);
    const corrected = normalisedSearch(query, gallery, exactIndex(gallery), own(bank), 2);
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

  test('borrowed reference queries weigh less: they know less about the hubs of this gallery', () => {
    const gallery = fan(0, 50);
    const search = (borrowed: boolean): number => {
      const bank = { queries: fan(0, 1, 2, 3, 4, 5, 6, 7), borrowed };
      const found = normalisedSearch(fan(0).data, gallery, exactIndex(gallery), bank, 1);
      return found[0]!.similarity - found[0]!.score;
    };
    assert.ok(search(true) < search(false) / 2);
  });

  test('an empty gallery has no results', () => {
    const gallery = matrix(0, 2);
    assert.deepEqual(
      normalisedSearch(fan(0).data, gallery, exactIndex(gallery), own(fan(0)), 5),
      [],
    );
  });

  test('the exact index returns the nearest in order, and no more than there are', () => {
    const { indices } = exactIndex(fan(80, 10, 45)).search(fan(0).data, 10);
    assert.deepEqual([...indices], [1, 2, 0]);
  });
});

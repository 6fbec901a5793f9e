import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TopLists } from '../../../src/core/matching/topLists.ts';

test('lists with gaps are the same lists, of queries and items numbered with the gaps', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.tuple(fc.nat(20), fc.float({ noNaN: true })), { maxLength: 8 })),
      fc.record({ at: fc.nat(30), length: fc.nat(5) }),
      fc.record({ at: fc.nat(20), length: fc.nat(5) }),
      (offered, queryGap, itemGap) => {
        const queries = { ...queryGap, at: Math.min(queryGap.at, offered.length) };
        const before = new TopLists(offered.length, 4);
        offered.forEach((items, q) => {
          for (const [item, similarity] of items) {
            if (similarity > before.thresholds[q]!) before.offer(q, item, similarity);
          }
        });
        const after = before.withGaps(queries, itemGap);
        assert.equal(after.rows, offered.length + queries.length);
        const moved = (item: number) => (item < itemGap.at ? item : item + itemGap.length);
        for (let q = 0; q < after.rows; q++) {
          const old = q < queries.at ? q : q - queries.length;
          const free = q >= queries.at && q < queries.at + queries.length;
          const expected = free ? [] : [...before.items(old)].map(moved);
          assert.deepEqual([...after.items(q)], expected);
          assert.equal(after.thresholds[q], free ? -Infinity : before.thresholds[old]);
        }
      },
    ),
  );
});

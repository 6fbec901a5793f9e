import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pairTest } from '../../../src/core/query/pairTest.ts';
import { parseQuery } from '../../../src/core/query/parseQuery.ts';
import { tagKey, tagsIn } from '../../../src/core/text/captionTags.ts';
import { runs } from '../../support/runs.ts';
import { queryOfTags } from '../../../src/core/text/tagQuery.ts';

test('the query of a tag selects the captions with that tag and no others', () => {
  const name = fc
    .string({ unit: fc.constantFrom('a', 'b', ' ', '_', '*', '"', '\\', '(', ')', ':', 'é') })
    .filter((text) => tagKey(text) !== '');
  fc.assert(
    fc.property(name, name, (one, other) => {
      const tags = tagsIn(`x, ${one}`);
      const tag = tags.at(-1)?.text ?? '';
      const parsed = parseQuery(queryOfTags([tag]));
      assert.ok('query' in parsed, queryOfTags([tag]));
      const test = pairTest(parsed.query.condition);
      const selects = (caption: string): boolean =>
        test({
          image: 'a.jpg',
          caption,
          split: undefined,
          match: undefined,
          fit: undefined,
          rules: [],
          decision: undefined,
          width: undefined,
          height: undefined,
          modified: undefined,
        });
      assert.ok(selects(`x, ${one}`), one);
      const has = tagsIn(`x, ${other}`).some(({ text }) => tagKey(text) === tagKey(tag));
      assert.equal(selects(`x, ${other}`), has);
    }),
    { numRuns: runs(2000) },
  );
});

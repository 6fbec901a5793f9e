import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseQuery } from '../../../src/core/query/parseQuery.ts';
import type { Condition, Query } from '../../../src/core/query/query.ts';
import { inEnglish } from '../../../src/core/text/sentence.ts';
import { runs } from '../../support/runs.ts';

function parsed(text: string): Query {
  const result = parseQuery(text);
  if ('query' in result) return result.query;
  assert.fail(`${text}: ${inEnglish(result.fault.message)}`);
}

describe('a query', () => {
  const cases: readonly (readonly [string, Condition | undefined])[] = [
    ['', undefined],
    ['   ', undefined],
    ['cat', { kind: 'word', text: 'cat' }],
    ['"a red bus"', { kind: 'phrase', text: 'a red bus' }],
    [String.raw`"say \"hi\""`, { kind: 'phrase', text: 'say "hi"' }],
    [String.raw`/^an? \//i`, { kind: 'regex', pattern: /^an? \//iu }],
    ['tag:"long hair"', { kind: 'tag', pattern: 'long hair' }],
    ['tag:miku_(vocaloid)', { kind: 'tag', pattern: 'miku_(vocaloid)' }],
    ['TAG:cat', { kind: 'tag', pattern: 'cat' }],
    ['name:*.png', { kind: 'name', pattern: '*.png' }],
    ['rule:trainer/*', { kind: 'rule', pattern: 'trainer/*' }],
    ['untagged', { kind: 'untagged' }],
    ['decision:none', { kind: 'decision', decision: 'none' }],
    ['match<0.3', { kind: 'compare', quantity: 'match', comparison: '<', value: 0.3 }],
    ['match<=30%', { kind: 'compare', quantity: 'match', comparison: '<=', value: 0.3 }],
    ['size>=1.5MP', { kind: 'compare', quantity: 'size', comparison: '>=', value: 1.5e6 }],
    ['tokens>75', { kind: 'compare', quantity: 'tokens', comparison: '>', value: 75 }],
    ['~"a red car" ', { kind: 'like', to: 'text', value: 'a red car', start: 0, end: 12 }],
    ['~car', { kind: 'like', to: 'text', value: 'car', start: 0, end: 4 }],
    ['similar:a/b.jpg', { kind: 'like', to: 'image', value: 'a/b.jpg', start: 0, end: 15 }],
    ['~', { kind: 'word', text: '~' }],
    ['low-res', { kind: 'word', text: 'low-res' }],
    ['-cat', { kind: 'not', of: { kind: 'word', text: 'cat' } }],
    ['NOT cat', { kind: 'not', of: { kind: 'word', text: 'cat' } }],
    [
      'a b OR c',
      {
        kind: 'any',
        of: [
          {
            kind: 'all',
            of: [
              { kind: 'word', text: 'a' },
              { kind: 'word', text: 'b' },
            ],
          },
          { kind: 'word', text: 'c' },
        ],
      },
    ],
    [
      '-(a | b)',
      {
        kind: 'not',
        of: {
          kind: 'any',
          of: [
            { kind: 'word', text: 'a' },
            { kind: 'word', text: 'b' },
          ],
        },
      },
    ],
  ];
  for (const [text, condition] of cases) {
    it(`reads ${text}`, () => {
      assert.deepEqual(parsed(text).condition, condition);
    });
  }

  it('holds one order', () => {
    assert.deepEqual(parsed('cat sort:-match dog').sort, { key: 'match', descending: true });
    assert.deepEqual(parsed('sort:name'), {
      condition: undefined,
      sort: { key: 'name', descending: false },
      likes: [],
      selections: [],
    });
  });
});

describe('a text that is no query', () => {
  // The text with the fault between the marks, and what is said.
  const cases: readonly (readonly [string, RegExp])[] = [
    ['cat «(»dog', /not closed/u],
    ['cat«)»', /closes nothing/u],
    ['«match<»', /as in match<0\.5\./u],
    ['«tokens>much»', /as in tokens>75\./u],
    ['«width:»', /as in width<512\./u],
    ['«()»', /nothing between the brackets/u],
    ['«"a red bus»', /no second one/u],
    ['«""»', /nothing between the quotation marks/u],
    ['«/a»', /no second slash/u],
    ['cat «/(/»', /no regular expression/u],
    ['«/a/x»', /no flag x/u],
    ['«foo:»bar', /no field foo/u],
    ['«rule:nothing»', /no rule nothing/u],
    ['«decision:maybe»', /verified, ignored, none/u],
    ['«match:»0.3', /match<0\.5/u],
    ['cat «match<x»', /number behind match</u],
    ['«name<»3', /cannot be compared/u],
    ['«tag:»', /Nothing follows/u],
    ['a «OR»', /both sides/u],
    ['«OR» a', /both sides/u],
    ['a «-»', /behind the minus/u],
    ['«sort:colour»', /Sort by one of/u],
    ['sort:name «sort:match»', /second order/u],
    ['-«sort:»name', /cannot be negated/u],
  ];
  for (const [marked, said] of cases) {
    it(`is refused with its place: ${marked}`, () => {
      const start = marked.indexOf('«');
      const end = marked.indexOf('»') - 1;
      const result = parseQuery(marked.replaceAll(/[«»]/gu, ''));
      if (!('fault' in result)) assert.fail('it was accepted');
      assert.match(inEnglish(result.fault.message), said);
      assert.deepEqual([result.fault.start, result.fault.end], [start, end]);
    });
  }
});

const word = fc
  .stringMatching(/^[a-z0-9_éß猫-]{1,8}$/u)
  .filter((text) => /^[^-]/u.test(text) && text !== 'untagged');
const phrase = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== '');
const { tree: condition } = fc.letrec<{ tree: Condition; leaf: Condition }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.record({ kind: fc.constant('not' as const), of: tie('tree') }),
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      of: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
    }),
  ),
  leaf: fc.oneof(
    fc.record({ kind: fc.constant('word' as const), text: word }),
    fc.record({ kind: fc.constant('phrase' as const), text: phrase }),
    fc.record({ kind: fc.constantFrom('tag' as const, 'name' as const), pattern: phrase }),
    fc.constant({ kind: 'untagged' as const }),
    fc.record({
      kind: fc.constant('compare' as const),
      quantity: fc.constantFrom('match' as const, 'len' as const),
      comparison: fc.constantFrom('<' as const, '>=' as const, '=' as const),
      value: fc.integer({ min: 0, max: 1000 }),
    }),
  ),
}));

function quoted(text: string): string {
  return `"${text.replace(/["\\]/gu, String.raw`\$&`)}"`;
}

function written(of: Condition): string {
  switch (of.kind) {
    case 'all':
      return `(${of.of.map(written).join(' ')})`;
    case 'any':
      return `(${of.of.map(written).join(' OR ')})`;
    case 'not':
      return `-${written(of.of)}`;
    case 'word':
      return of.text;
    case 'phrase':
      return quoted(of.text);
    case 'compare':
      return `${of.quantity}${of.comparison}${of.value}`;
    case 'untagged':
      return 'untagged';
    case 'regex':
    case 'decision':
    case 'like':
    case 'selection':
      return assert.fail('not generated');
    default:
      return `${of.kind}:${quoted(of.pattern)}`;
  }
}

it('any condition is read as it was written', () => {
  fc.assert(
    fc.property(condition, (tree) => {
      // fast-check makes objects without a prototype.
      assert.deepEqual(parsed(written(tree)).condition, structuredClone(tree));
    }),
    { numRuns: runs(300) },
  );
});

it('any text is a query, or has a fault within it', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('(', ')', '-', '"', '/', 'OR', '|', 'tag:', 'match<', 'sort:', ' ', '\\'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      const result = parseQuery(text);
      if ('query' in result) return;
      const { start, end } = result.fault;
      assert.ok(start >= 0 && start <= end && end <= text.length, `${start}, ${end} of ${text}`);
    }),
    { numRuns: runs(1000) },
  );
});

it('deep nesting is refused, not a crash', () => {
  assert.ok('fault' in parseQuery('('.repeat(100_000)));
  assert.ok('fault' in parseQuery(`${'-'.repeat(100_000)}a`));
});

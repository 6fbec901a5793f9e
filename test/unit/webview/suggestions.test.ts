import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { suggestionsFor, takesSuggestions } from '../../../webview/review/suggestions.ts';
import { mismatch, tourFindings, tourNeighbours, tourPair } from '../../support/tourPages.ts';

const captions = (list: ReturnType<typeof suggestionsFor>) => list.map(({ caption }) => caption);

describe('suggestions', () => {
  test('what may be meant comes first, then a few examples; none twice', () => {
    const dahlia = tourPair('dahlia.jpg', 0.9).caption;
    const finding = mismatch('animals/koala.jpg', 0.02, ['A koala.', dahlia]);
    const found = suggestionsFor(finding, tourNeighbours());
    assert.deepEqual(
      found.map(({ caption, grade }) => [caption, grade]),
      [
        ['A koala.', 'likely'],
        [dahlia, 'likely'],
        [tourPair('dandelion.jpg', 0).caption, 'example'],
        [tourPair('honey_bee.jpg', 0).caption, 'example'],
        [tourPair('fig.jpg', 0).caption, 'example'],
      ],
    );
    assert.equal(found[1]?.from?.pair.image, 'dahlia.jpg');
    assert.equal(found[0]?.match, 0.9);
  });

  test('a caption without a home comes before likelier ones that have one, if it is likely at all', () => {
    const neighbours = tourNeighbours();
    const [first, second, third] = neighbours.captions;
    const found = (score: number) =>
      suggestionsFor(mismatch('animals/koala.jpg', 0.02, []), {
        ...neighbours,
        captions: [first!, second!, { ...third!, score, homeless: true }],
      }).map(({ from, grade }) => [from?.pair.image, grade]);
    assert.deepEqual(found(0.3)[0], ['honey_bee.jpg', 'possible']);
    assert.equal(found(0.03).length, 2, 'one that is hardly likely is not offered');
  });

  test('only a finding about the caption, or about copies of a picture, has any', () => {
    const [, swapped] = tourFindings();
    assert.ok(takesSuggestions(mismatch('creek.jpg', 0.1, [])));
    assert.ok(takesSuggestions(swapped!), 'both captions fit badly');
    const fits = {
      ...swapped!,
      code: 'hard-negative',
      item: tourPair('creek.jpg', 0.9),
      fixes: [],
    };
    assert.ok(!takesSuggestions(fits));
    const ambiguous = { ...fits, code: 'ambiguous-pair' };
    assert.ok(!takesSuggestions(ambiguous));
  });

  test('the caption that stands there is never suggested', () => {
    const finding = mismatch('dahlia.jpg', 0.1, []);
    assert.ok(!captions(suggestionsFor(finding, tourNeighbours())).includes(finding.item!.caption));
  });

  test('of a duplicate, the other one’s caption comes first', () => {
    const duplicate = tourFindings().find(({ code }) => code === 'near-duplicate');
    assert.equal(suggestionsFor(duplicate!, null)[0]?.from?.pair.image, 'dandelion.jpg');
  });

  test('at most nine, for nine keys', () => {
    const many = Array.from({ length: 20 }, (_, i) => `Caption ${i}.`);
    const finding = mismatch('creek.jpg', 0.1, many);
    const fixes = finding.fixes.map((fix) => ({ ...fix, match: 0.4 }));
    assert.equal(suggestionsFor({ ...finding, fixes }, null).length, 9);
    const unlikely = finding.fixes.map((fix) => ({ ...fix, match: 0.04 }));
    assert.equal(suggestionsFor({ ...finding, fixes: unlikely }, null).length, 0);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { suggestionsFor } from '../../../webview/review/suggestions.ts';
import { mismatch, tourFindings, tourNeighbours, tourPair } from '../../support/tourPages.ts';

const captions = (list: ReturnType<typeof suggestionsFor>) => list.map(({ caption }) => caption);

describe('suggestions', () => {
  test('the finding’s own come first, then captions that fit; none twice, none that fits badly', () => {
    const dahlia = tourPair('dahlia.jpg', 0.9).caption;
    const finding = mismatch('animals/koala.jpg', 0.02, ['A koala.', dahlia]);
    const found = suggestionsFor(finding, tourNeighbours());
    assert.deepEqual(captions(found), [
      'A koala.',
      dahlia,
      tourPair('dandelion.jpg', 0).caption,
      tourPair('honey_bee.jpg', 0).caption,
    ]);
    assert.equal(found[1]?.from?.pair.image, 'dahlia.jpg');
    assert.equal(found[0]?.match, 0.9);
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
    assert.equal(suggestionsFor(mismatch('creek.jpg', 0.1, many), null).length, 9);
  });
});

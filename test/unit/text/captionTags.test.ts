import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { captionKind, tagKey, tagsIn } from '../../../src/core/text/captionTags.ts';
import { mergedTags, tagsLike, TagVocabulary } from '../../../src/core/text/tagVocabulary.ts';
import { runs } from '../../support/runs.ts';

const names = (caption: string): string[] => tagsIn(caption).map(({ text }) => text);

describe('the tags of a caption', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['girl, hat ,, smile,', ['girl', 'hat', 'smile']],
    ['girl\r\nhat\nsmile', ['girl', 'hat', 'smile']],
    ['sks, dog ||| grass, sky', ['sks', 'dog', 'grass', 'sky']],
    ['a|b, c || d', ['a|b', 'c || d']],
    ['(long hair:1.2), [hat], {{smile}}', ['long hair', 'hat', 'smile']],
    ['((long hair:1.2), hat:0.8), smile', ['long hair', 'hat', 'smile']],
    ['( long hair : 1.2 )', ['long hair']],
    ['a, _, (_), (b, _)', ['a', '(_)', '(b', '_)']],
    ['miku_(vocaloid), (miku_(vocaloid):1.1)', ['miku_(vocaloid)', 'miku_(vocaloid)']],
    ['(o)_(o), :), ;(, (:3)', ['(o)_(o)', ':)', ';(', '(:3)']],
    ['painting \\(medium\\), (art \\(style\\):1.2)', ['painting \\(medium\\)', 'art \\(style\\)']],
    ['((a) b, c), (d) e', ['(a) b', 'c', '(d) e']],
    ['(a, b\nc)', ['(a', 'b', 'c)']],
    ['(), a', ['()', 'a']],
    ['a) and more, b', ['a) and more', 'b']],
  ];
  for (const [caption, expected] of cases) {
    test(JSON.stringify(caption), () => {
      assert.deepEqual(names(caption), expected);
    });
  }

  test('have their ranges in any text, in order, and no separator', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('ab ,()[]{}|\\:1.2\n\r_é')) });
    fc.assert(
      fc.property(text, (caption) => {
        let at = 0;
        for (const { text: name, start, end, outer } of tagsIn(caption)) {
          assert.equal(caption.slice(start, end), name);
          assert.ok(name !== '' && name.trim() === name && !/[,\r\n]|\|\|\|/u.test(name));
          assert.ok(at <= outer.start && outer.start <= start && end <= outer.end);
          at = outer.end;
        }
      }),
      { numRuns: runs(2000) },
    );
  });

  test('that are one tag have one key', () => {
    assert.equal(tagKey('Long_Hair '), tagKey('long  hair'));
    assert.equal(tagKey('miku \\(vocaloid\\)'), tagKey('miku_(vocaloid)'));
    assert.notEqual(tagKey('long hair'), tagKey('longhair'));
  });
});

describe('what kind of caption it is', () => {
  const kinds: readonly (readonly [string, string])[] = [
    ['1girl, long hair, looking at viewer, :d', 'tags'],
    ['solo, on back, from above, no humans, sky', 'prose'],
    ['1girl, solo, on back, sky, smile, night', 'tags'],
    ['1girl', 'short'],
    ['red car, street', 'short'],
    ['a dog in the grass', 'prose'],
    ['A dog, a cat, a bird.', 'prose'],
    ['a man in a hat, with a dog, on the beach', 'prose'],
    ['photo of a very old house, trees, sky', 'prose'],
    ['', 'prose'],
  ];
  for (const [caption, kind] of kinds) {
    test(`${kind}: ${caption}`, () => {
      assert.equal(captionKind(caption), kind);
    });
  }
});

describe('the tags of a dataset', () => {
  test('are counted once a caption, in their most frequent spelling; sentences have none', () => {
    const { tags } = TagVocabulary.of([
      'girl, Long_Hair, hat, long hair',
      'girl, long_hair, sky',
      'girl, long_hair, (sky:1.2)',
      'A girl, with a hat, in the rain.',
    ]);
    assert.deepEqual(tags, [
      { tag: 'girl', captions: 3 },
      { tag: 'long_hair', captions: 3 },
      { tag: 'sky', captions: 2 },
      { tag: 'hat', captions: 1 },
    ]);
  });

  test('one or two short parts are tags only where most captions are', () => {
    const lists = ['girl, hat, sky', 'boy, hat, sky', 'girl, sky, night'];
    assert.equal(TagVocabulary.of([...lists, 'cat']).countOf('cat'), 1);
    const sentences = ['a dog runs in the grass', 'the sea at night', 'two people in a boat'];
    const mixed = TagVocabulary.of([...lists, ...sentences, 'cat']);
    assert.equal(mixed.countOf('cat'), 0);
    assert.equal(mixed.countOf('girl'), 2);
    assert.equal(mixed.isTagList('cat'), false);
    assert.equal(TagVocabulary.of([]).isOfTags, false);
  });

  test('follow captions that come and go', () => {
    const caption = fc
      .array(fc.constantFrom('girl', 'hat', 'Hat', 'long_hair', 'a dog in a park'), {
        maxLength: 5,
      })
      .map((tags) => tags.join(', '));
    fc.assert(
      fc.property(fc.array(caption), fc.array(caption), (kept, gone) => {
        const vocabulary = TagVocabulary.of([...gone, ...kept]);
        for (const each of gone) vocabulary.remove(each);
        const counts = ({ tags }: TagVocabulary) =>
          Object.fromEntries(tags.map(({ tag, captions }) => [tagKey(tag), captions]));
        assert.deepEqual(counts(vocabulary), counts(TagVocabulary.of(kept)));
      }),
      { numRuns: runs(300) },
    );
  });

  test('are found by a part of their name, beginnings first, and summed over datasets', () => {
    const all = mergedTags([
      [
        { tag: 'long hair', captions: 3 },
        { tag: 'hair bow', captions: 2 },
      ],
      [
        { tag: 'Hair_Bow', captions: 5 },
        { tag: 'sky', captions: 1 },
      ],
    ]);
    assert.deepEqual(all[0], { tag: 'Hair_Bow', captions: 7 });
    assert.deepEqual(
      tagsLike(all, 'hair').map(({ tag }) => tag),
      ['Hair_Bow', 'long hair'],
    );
    assert.equal(tagsLike(all, ' ').length, 3);
  });
});

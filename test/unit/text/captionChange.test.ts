import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type CaptionChange, changedCaption } from '../../../src/core/text/captionChange.ts';
import { tagKey, tagsIn } from '../../../src/core/text/captionTags.ts';
import { TagVocabulary } from '../../../src/core/text/tagVocabulary.ts';
import { runs } from '../../support/runs.ts';

const VOCABULARY = TagVocabulary.of(['girl, hat, sky', 'girl, hat, dog', 'girl, rare, sky']);

const replace = (find: string, replacement: string, more: object = {}): CaptionChange => ({
  kind: 'replace',
  find,
  replacement,
  regex: false,
  matchCase: false,
  ...more,
});

describe('a change of a caption', () => {
  const cases: readonly (readonly [CaptionChange, string, string])[] = [
    [{ kind: 'prepend', text: 'sks, ' }, 'a dog', 'sks, a dog'],
    [{ kind: 'append', text: ', outdoors' }, 'a dog\n', 'a dog, outdoors'],
    [replace('Dog', 'cat'), 'a dog, dogs', 'a cat, cats'],
    [replace('Dog', 'cat', { matchCase: true }), 'a dog', 'a dog'],
    [replace('a.c', '$&', {}), 'abc a.c', 'abc $&'],
    [replace('(\\w+) dog', '$1 cat', { regex: true }), 'a red dog', 'a red cat'],
    [{ kind: 'add-tags', tags: ['smile'] }, 'girl, hat', 'girl, hat, smile'],
    [{ kind: 'add-tags', tags: ['smile'] }, 'girl,hat', 'girl,hat,smile'],
    [{ kind: 'add-tags', tags: ['long hair'] }, 'girl, Long_Hair', 'girl, Long_Hair'],
    [{ kind: 'add-tags', tags: ['smile'] }, '', 'smile'],
    [{ kind: 'remove-tags', tags: ['hat'] }, 'girl, hat, smile', 'girl, smile'],
    [{ kind: 'remove-tags', tags: ['girl'] }, 'girl, hat', 'hat'],
    [{ kind: 'remove-tags', tags: ['smile'] }, 'girl, hat, smile', 'girl, hat'],
    [{ kind: 'remove-tags', tags: ['hat'] }, 'a girl with a hat', 'a girl with a hat'],
    [{ kind: 'rename-tags', tags: ['hat'], to: 'cap' }, 'girl, hat', 'girl, cap'],
    [{ kind: 'rename-tags', tags: ['hat'], to: 'cap' }, 'cap, girl, hat', 'cap, girl'],
    [{ kind: 'rename-tags', tags: ['hat'], to: 'Hat' }, 'girl, hat', 'girl, Hat'],
    [{ kind: 'rename-tags', tags: ['hat'], to: 'cap' }, '(hat:1.2), hats\n', '(cap:1.2), hats\n'],
    [{ kind: 'rename-tags', tags: ['hat', 'cap'], to: 'lid' }, 'hat, girl, cap', 'lid, girl'],
    [{ kind: 'rename-tags', tags: ['hat', 'cap'], to: 'cap' }, 'hat, girl, Cap', 'girl, cap'],
    [{ kind: 'rename-tags', tags: ['a (b)'], to: 'c (d)' }, 'a \\(b\\), x', 'c \\(d\\), x'],
    [{ kind: 'rename-tags', tags: ['hat'], to: ' ' }, 'girl, hat', 'girl, hat'],
    [{ kind: 'remove-tags', tags: ['hat'] }, '(hat:1.2), girl', 'girl'],
    [{ kind: 'remove-tags', tags: ['hat'] }, '(hat, girl:1.2)', '(girl:1.2)'],
    [{ kind: 'remove-tags', tags: ['girl', 'hat'] }, '(hat, girl:1.2), sky', 'sky'],
    [{ kind: 'remove-tags', tags: ['hat'] }, 'girl\r\nhat\r\nsky\r\n', 'girl\r\nsky\r\n'],
    [{ kind: 'remove-tags', tags: ['sky'] }, 'girl\nsky', 'girl'],
    [{ kind: 'remove-tags', tags: ['dog'] }, 'sks, dog ||| sky', 'sks ||| sky'],
    [{ kind: 'first-tags', tags: ['sks', 'dog'] }, 'sky, dog,sks, hat', 'sks, dog,sky, hat'],
    [{ kind: 'first-tags', tags: ['b'] }, '(a, b:1.2), c ||| d, b', '(a, b:1.2), c ||| b, d'],
    [{ kind: 'sort-tags', by: 'name' }, 'tag10, tag9, (a:1.1)', '(a:1.1), tag9, tag10'],
    [
      { kind: 'sort-tags', by: 'count' },
      'rare, hat, girl\nrare, girl',
      'girl, hat, rare\ngirl, rare',
    ],
    [{ kind: 'sort-tags', by: 'name' }, 'A dog, running, fast.', 'A dog, running, fast.'],
  ];
  for (const [change, before, after] of cases) {
    it(`${JSON.stringify(change)}: ${before}`, () => {
      assert.equal(changedCaption(before, change, VOCABULARY), after);
    });
  }

  /** A tag as it may be written, by its name. */
  const written = fc.constantFrom<(name: string) => string>(
    (name) => name,
    (name) => name.replaceAll(' ', '_').toUpperCase(),
    (name) => `(${name}:1.2)`,
    (name) => `[${name}]`,
    (name) => `{{ ${name} }}`,
  );
  const name = fc.constantFrom('a', 'b', 'c d', 'e (f)', '^_^', 'héllo', '日本');
  const separator = fc.constantFrom(', ', ',', ' ,\t', '\n', '\r\n', ' ||| ', ',,');
  const pieces = fc.uniqueArray(fc.tuple(name, written, separator), {
    selector: ([key]) => key,
    maxLength: 7,
  });

  /** The caption, with each piece as `spell` has it. */
  function built(
    list: readonly (readonly [string, (name: string) => string, string])[],
    spell: (key: string, write: (name: string) => string) => string,
  ): string {
    return list.map(([key, write, after]) => spell(key, write) + after).join('');
  }

  it('that renames a tag changes only the characters of its name', () => {
    fc.assert(
      fc.property(pieces, name, fc.constantFrom('new name', 'x_(y)'), (list, one, to) => {
        const before = built(list, (key, write) => write(key));
        const renamed = built(list, (key, write) => {
          if (key !== one) return write(key);
          const spelled = write(key);
          const { start, end } = tagsIn(spelled)[0]!;
          return spelled.slice(0, start) + to + spelled.slice(end);
        });
        const change: CaptionChange = { kind: 'rename-tags', tags: [one], to };
        assert.equal(changedCaption(before, change, VOCABULARY), renamed);
      }),
      { numRuns: runs(1000) },
    );
  });

  it('of tags touches no other tag', () => {
    fc.assert(
      fc.property(pieces, name, (list, one) => {
        const caption = built(list, (key, write) => write(key));
        const keys = (text: string) => tagsIn(text).map(({ text: each }) => tagKey(each));
        const made = (change: CaptionChange) => keys(changedCaption(caption, change, VOCABULARY));
        const others = keys(caption).filter((key) => key !== tagKey(one));
        assert.deepEqual(made({ kind: 'remove-tags', tags: [one] }), others);
        const added = made({ kind: 'add-tags', tags: [one] });
        assert.ok(added.includes(tagKey(one)));
        assert.deepEqual(
          added.filter((key) => key !== tagKey(one)),
          others,
        );
        for (const change of [
          { kind: 'first-tags', tags: [one] },
          { kind: 'sort-tags', by: 'count' },
        ] as const) {
          const ordered = changedCaption(caption, change, VOCABULARY);
          assert.deepEqual(Array.from(ordered).sort(), Array.from(caption).sort());
          assert.deepEqual(keys(ordered).sort(), keys(caption).sort());
        }
      }),
      { numRuns: runs(1000) },
    );
  });
});

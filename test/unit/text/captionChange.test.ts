import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type CaptionChange, changedCaption } from '../../../src/core/text/captionChange.ts';
import { tagKey, tagsIn } from '../../../src/core/text/captionTags.ts';
import { runs } from '../../support/runs.ts';

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
    [{ kind: 'add-tag', tag: 'smile' }, 'girl, hat', 'girl, hat, smile'],
    [{ kind: 'add-tag', tag: 'smile' }, 'girl,hat', 'girl,hat,smile'],
    [{ kind: 'add-tag', tag: 'long hair' }, 'girl, Long_Hair', 'girl, Long_Hair'],
    [{ kind: 'add-tag', tag: 'smile' }, '', 'smile'],
    [{ kind: 'remove-tag', tag: 'hat' }, 'girl, hat, smile', 'girl, smile'],
    [{ kind: 'remove-tag', tag: 'girl' }, 'girl, hat', 'hat'],
    [{ kind: 'remove-tag', tag: 'smile' }, 'girl, hat, smile', 'girl, hat'],
    [{ kind: 'remove-tag', tag: 'hat' }, 'a girl with a hat', 'a girl with a hat'],
    [{ kind: 'rename-tag', tag: 'hat', to: 'cap' }, 'girl, hat', 'girl, cap'],
    [{ kind: 'rename-tag', tag: 'hat', to: 'cap' }, 'cap, girl, hat', 'cap, girl'],
    [{ kind: 'rename-tag', tag: 'hat', to: 'Hat' }, 'girl, hat', 'girl, Hat'],
  ];
  for (const [change, before, after] of cases) {
    it(`${JSON.stringify(change)}: ${before}`, () => {
      assert.equal(changedCaption(before, change), after);
    });
  }

  const tag = fc.constantFrom('a', 'b', 'c d', 'C_D', 'e');
  it('of tags touches no other tag', () => {
    fc.assert(
      fc.property(
        fc.array(tag, { maxLength: 6 }),
        fc.constantFrom(', ', ',', '\n'),
        tag,
        (tags, by, one) => {
          const caption = tags.join(by);
          const keys = (text: string) => tagsIn(text).map(({ text: each }) => tagKey(each));
          const others = keys(caption).filter((key) => key !== tagKey(one));
          assert.deepEqual(keys(changedCaption(caption, { kind: 'remove-tag', tag: one })), others);
          const added = keys(changedCaption(caption, { kind: 'add-tag', tag: one }));
          assert.ok(added.includes(tagKey(one)));
          assert.deepEqual(
            added.filter((key) => key !== tagKey(one)),
            others,
          );
        },
      ),
      { numRuns: runs(300) },
    );
  });
});

import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  decisionKey,
  parseDecisions,
  withDecisions,
  type DecisionLine,
} from '../../../src/core/dataset/decisions.ts';

const line = (key: string, decision: DecisionLine['decision'] = 'verified'): DecisionLine => ({
  key,
  decision,
  image: 'a.jpg',
  caption: 'x',
});

describe('decisions', () => {
  test('lines that are none survive every change, byte for byte', () => {
    const strange = fc.oneof(
      fc.constantFrom(
        '{"key":1,"decision":"verified"}',
        '{"key":"k","decision":"maybe"}',
        '{broken',
        '',
        '[]',
        'null',
        '# a note',
        '{"key":"other","decision":"excluded","why":"blurred"}',
      ),
      fc.string({ maxLength: 20 }).filter((text) => !/[\r\n]/.test(text)),
    );
    fc.assert(
      fc.property(
        fc.array(strange, { maxLength: 8 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (lines, lineEnd, closed) => {
          const text = lines.join(lineEnd) + (closed && lines.length > 0 ? lineEnd : '');
          const added = withDecisions(text, new Map([['k', line('k')]]));
          assert.ok(added.startsWith(text));
          assert.equal(parseDecisions(added).get('k'), 'verified');
          assert.equal(withDecisions(text, new Map([['k', undefined]])), text);
          const changed = withDecisions(added, new Map([['k', line('k', 'excluded')]]));
          assert.equal(parseDecisions(changed).get('k'), 'excluded');
          assert.equal(changed.split(/\r?\n/).length, added.split(/\r?\n/).length);
          const taken = withDecisions(changed, new Map([['k', undefined]]));
          assert.ok(taken === text || taken === text + lineEnd || taken === `${text}\n`);
        },
      ),
    );
  });

  test('of two lines on one pair the later counts, and both go when it is taken back', () => {
    const twice = [line('k'), line('k', 'excluded')]
      .map((each) => `${JSON.stringify(each)}\n`)
      .join('');
    assert.equal(parseDecisions(twice).get('k'), 'excluded');
    assert.equal(withDecisions(twice, new Map([['k', undefined]])), '');
  });

  test('a key is of the bytes and the words, and of nothing in between', () => {
    const hash = (text: string): string => text;
    assert.notEqual(decisionKey('ab', 'c', hash), decisionKey('a', 'bc', hash));
    assert.equal(decisionKey('a', 'b', hash), decisionKey('a', 'b', hash));
  });
});

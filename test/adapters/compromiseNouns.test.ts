import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compromiseNouns } from '../../src/adapters/compromiseNouns.ts';

function nounsOf(text: string): string[] {
  return compromiseNouns.nouns(text).map((noun) => {
    assert.equal(text.slice(noun.start, noun.end), noun.text);
    return noun.text;
  });
}

test('the nouns of a caption are found where they stand', () => {
  assert.deepEqual(nounsOf('A red  bus, at a traffic-free street. Two dogs!'), [
    'bus',
    'street',
    'dogs',
  ]);
  assert.deepEqual(nounsOf(''), []);
});

test('activities are no things', () => {
  assert.deepEqual(nounsOf('a boy playing soccer and a man kicking a ball'), [
    'boy',
    'soccer',
    'man',
    'ball',
  ]);
  assert.deepEqual(nounsOf('a painting in a brick building'), ['painting', 'brick', 'building']);
});

test('whose something is, and when, is no thing to be seen', () => {
  assert.deepEqual(nounsOf("the man's hat on Monday"), ['hat']);
});

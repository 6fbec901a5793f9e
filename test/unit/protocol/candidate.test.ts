import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { byStanding, candidateGrade } from '../../../src/protocol/candidate.ts';

describe('the grade of a candidate', () => {
  test('only a caption that looks wrong where it is may be meant', () => {
    assert.equal(candidateGrade({ score: 0.99 }), 'example');
    assert.equal(candidateGrade({ score: 0.99, homeless: false }), 'example');
    assert.equal(candidateGrade({ score: 0.9, homeless: true }), 'likely');
    assert.equal(candidateGrade({ score: 0.2, homeless: true }), 'possible');
  });

  test('those come first; of each kind the likeliest', () => {
    const found = [
      { score: 0.99 },
      { score: 0.2, homeless: true },
      { score: 0.5 },
      { score: 0.4, homeless: true },
    ];
    assert.deepEqual(
      [...found].sort(byStanding).map(({ score }) => score),
      [0.4, 0.2, 0.99, 0.5],
    );
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addStep, minutesLeft, type Pace } from '../../../webview/review/pace.ts';

describe('pace', () => {
  test('promises nothing before three findings were seen', () => {
    assert.equal(minutesLeft([], 10), undefined);
    assert.equal(minutesLeft([5000, 5000], 10), undefined);
    assert.equal(minutesLeft([5000, 5000, 5000], 0), undefined);
  });

  test('is the median times what is left, at least a minute', () => {
    assert.equal(minutesLeft([10_000, 15_000, 20_000], 16), 4);
    assert.equal(minutesLeft([1000, 1000, 1000], 3), 1);
  });

  test('takes a break for a break: one long pause hardly moves it', () => {
    let pace: Pace = [];
    for (const step of [10_000, 10_000, 10_000, 3_600_000]) pace = addStep(pace, step);
    assert.equal(Math.max(...pace), 120_000);
    assert.equal(minutesLeft(pace, 6), 1);
  });

  test('follows the person: only the last 20 steps count', () => {
    let pace: Pace = [];
    for (let i = 0; i < 50; i++) pace = addStep(pace, 60_000);
    for (let i = 0; i < 20; i++) pace = addStep(pace, 6000);
    assert.equal(pace.length, 20);
    assert.equal(minutesLeft(pace, 10), 1);
  });

  test('a clock that runs backwards counts as no time', () => {
    assert.deepEqual(addStep([], -5), [0]);
  });
});

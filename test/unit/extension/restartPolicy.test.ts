import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RestartPolicy } from '../../../src/extension/restartPolicy.ts';

const MINUTE = 60_000;

test('a few crashes far apart are mended by a restart each', () => {
  const policy = new RestartPolicy();
  for (let n = 0; n < 20; n++) assert.ok(policy.mayRestart(n * MINUTE));
});

test('a loop of crashes ends, until a person asks again', () => {
  const policy = new RestartPolicy();
  const restarts = Array.from({ length: 6 }, (_, n) => policy.mayRestart(n * 1000));
  assert.deepEqual(restarts, [true, true, true, true, false, false]);
  policy.reset();
  assert.ok(policy.mayRestart(7000));
});

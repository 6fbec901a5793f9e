import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { Debouncer } from '../../../src/protocol/debouncer.ts';

describe('Debouncer', () => {
  test('runs the last action once, after the delay', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const ran: number[] = [];
      const debouncer = new Debouncer(100);
      debouncer.schedule(() => ran.push(1));
      mock.timers.tick(99);
      debouncer.schedule(() => ran.push(2));
      mock.timers.tick(99);
      assert.deepEqual(ran, []);
      assert.equal(debouncer.isPending, true);
      mock.timers.tick(1);
      assert.deepEqual(ran, [2]);
      assert.equal(debouncer.isPending, false);
    } finally {
      mock.timers.reset();
    }
  });

  test('drops the action that is pending', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const ran: number[] = [];
      const debouncer = new Debouncer(100);
      debouncer.schedule(() => ran.push(1));
      debouncer.cancel();
      mock.timers.tick(1000);
      assert.deepEqual(ran, []);
      assert.equal(debouncer.isPending, false);
    } finally {
      mock.timers.reset();
    }
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteBudget } from '../../src/core/byteBudget.ts';

/** Work that goes on until it is told to end. */
function openWork(name: string, running: Set<string>) {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const work = async (): Promise<string> => {
    running.add(name);
    await ended;
    running.delete(name);
    return name;
  };
  return {
    work,
    end: () => {
      end();
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('work waits until its bytes are free, first come first served', async () => {
  const budget = new ByteBudget(100);
  const running = new Set<string>();
  const [a, b, c] = [openWork('a', running), openWork('b', running), openWork('c', running)];
  const done = [budget.with(60, a.work), budget.with(50, b.work), budget.with(10, c.work)];
  await turn();
  assert.deepEqual([...running], ['a'], 'the small one does not overtake the one before it');
  a.end();
  await turn();
  assert.deepEqual([...running].sort(), ['b', 'c']);
  b.end();
  c.end();
  assert.deepEqual(await Promise.all(done), ['a', 'b', 'c']);
});

test('work larger than the budget runs alone', async () => {
  const budget = new ByteBudget(100);
  const running = new Set<string>();
  const [large, small] = [openWork('large', running), openWork('small', running)];
  const done = [budget.with(1e12, large.work), budget.with(0, small.work)];
  await turn();
  assert.ok(running.has('large'));
  large.end();
  small.end();
  assert.deepEqual(await Promise.all(done), ['large', 'small']);
});

test('bytes come back when work fails', async () => {
  const budget = new ByteBudget(100);
  for (let i = 0; i < 3; i++) {
    await assert.rejects(
      budget.with(100, () => Promise.reject(new Error('failed'))),
      /failed/,
    );
  }
  assert.equal(await budget.with(100, () => Promise.resolve(7)), 7);
});

test('counting gigabytes costs no time', { timeout: 5000 }, async () => {
  const budget = new ByteBudget(2 ** 40);
  for (let i = 0; i < 1000; i++) await budget.with(2 ** 39, () => Promise.resolve());
});

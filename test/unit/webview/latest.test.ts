import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { Latest } from '../../../webview/shared/latest.ts';

function recorder() {
  const seen: string[] = [];
  return {
    seen,
    handlers: {
      done: (value: string) => seen.push(value),
      failed: (error: unknown) => seen.push(`failed: ${String(error)}`),
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('Latest', () => {
  test('delivers only the newest answer, even when the older one comes later', async () => {
    const latest = new Latest();
    const { seen, handlers } = recorder();
    const answers: ((value: string) => void)[] = [];
    const ask = () => new Promise<string>((resolve) => answers.push(resolve));
    latest.run(0, ask, handlers);
    latest.run(0, ask, handlers);
    answers[1]?.('new');
    await turn();
    answers[0]?.('old');
    await turn();
    assert.deepEqual(seen, ['new']);
    assert.equal(latest.busy, false);
  });

  test('cancels the older question, and its failure is nobody’s news', async () => {
    const latest = new Latest();
    const { seen, handlers } = recorder();
    let cancelled = false;
    latest.run(
      0,
      (signal) =>
        new Promise<string>((_, reject) => {
          signal.addEventListener('abort', () => {
            cancelled = true;
            reject(new Error('cancelled'));
          });
        }),
      handlers,
    );
    latest.run(0, () => Promise.resolve('new'), handlers);
    await turn();
    assert.deepEqual([cancelled, seen], [true, ['new']]);
  });

  test('waits for quiet: of three quick questions one is asked', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const latest = new Latest();
      const { seen, handlers } = recorder();
      const asked: string[] = [];
      for (const text of ['a', 'ab', 'abc']) {
        latest.run(
          150,
          () => {
            asked.push(text);
            return Promise.resolve(text);
          },
          handlers,
        );
        mock.timers.tick(100);
      }
      assert.deepEqual(asked, []);
      mock.timers.tick(50);
      await turn();
      assert.deepEqual([asked, seen], [['abc'], ['abc']]);
    } finally {
      mock.timers.reset();
    }
  });

  test('reports a failure of the newest question', async () => {
    const latest = new Latest();
    const { seen, handlers } = recorder();
    latest.run(0, () => Promise.reject<string>(new Error('no')), handlers);
    await turn();
    assert.deepEqual(seen, ['failed: Error: no']);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ActionQueue } from '../../../webview/shared/actionQueue.ts';

describe('actions of the user', () => {
  function queue() {
    const failures: unknown[] = [];
    const done: string[] = [];
    const actions = new ActionQueue((error) => failures.push(error));
    /** An action that ends when it is told to. */
    const slow = (name: string, finding?: string) => {
      let end = (): void => undefined;
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      const run = actions.run(async () => {
        await ended;
        done.push(name);
      }, finding);
      return { run, end };
    };
    return { actions, failures, done, slow };
  }

  test('come one after the other, and none is lost', async () => {
    const { done, slow } = queue();
    const write = slow('write');
    const exclude = slow('exclude');
    exclude.end();
    await Promise.resolve();
    assert.deepEqual(done, []);
    write.end();
    await exclude.run;
    assert.deepEqual(done, ['write', 'exclude']);
  });

  test('one that fails is told, and the next goes on', async () => {
    const { actions, failures, done, slow } = queue();
    const error = new Error('the file has changed');
    const failed = actions.run(() => Promise.reject(error));
    const next = slow('next');
    next.end();
    await Promise.all([failed, next.run]);
    assert.deepEqual([failures, done], [[error], ['next']]);
  });

  test('a finding that is being resolved is not resolved twice, and can be again afterwards', async () => {
    const { done, slow } = queue();
    const first = slow('fix', 'a');
    const twice = slow('fix again', 'a');
    const other = slow('fix of b', 'b');
    for (const { end } of [first, twice, other]) end();
    await Promise.all([first.run, twice.run, other.run]);
    const later = slow('after an undo', 'a');
    later.end();
    await later.run;
    assert.deepEqual(done, ['fix', 'fix of b', 'after an undo']);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HostEvent } from '../../../src/protocol/webviewApi.ts';
import { isCancelled, RequestFailed, RpcClient } from '../../../webview/shared/rpcClient.ts';

interface Wire {
  readonly posted: { id?: number; method?: string; params?: unknown; cancel?: number }[];
  readonly deliver: (message: unknown) => void;
  readonly client: RpcClient;
  readonly listening: () => boolean;
}

function wire(): Wire {
  const posted: Wire['posted'] = [];
  let receive: ((message: unknown) => void) | undefined;
  const client = new RpcClient({
    post: (message) => posted.push(message as Wire['posted'][number]),
    listen: (listener) => {
      receive = listener;
      return () => {
        receive = undefined;
      };
    },
  });
  return {
    posted,
    client,
    deliver: (message) => receive?.(message),
    listening: () => receive !== undefined,
  };
}

const undone = (text: string | null) => ({ undone: text });

describe('RpcClient', () => {
  test('gives each request its own answer, whatever the order', async () => {
    const { client, posted, deliver } = wire();
    const first = client.call('undo', {});
    const second = client.call('undo', {});
    assert.deepEqual(posted, [
      { id: 1, method: 'undo', params: {} },
      { id: 2, method: 'undo', params: {} },
    ]);
    deliver({ id: 2, ok: undone('second') });
    deliver({ id: 1, ok: undone('first') });
    assert.deepEqual(await Promise.all([first, second]), [undone('first'), undone('second')]);
  });

  test('rejects with the host’s error, remedy included', async () => {
    const { client, deliver } = wire();
    const asked = client.call('findings', {});
    deliver({ id: 1, err: { code: 'store-failed', message: 'No disk.', remedy: 'Free some.' } });
    await assert.rejects(asked, (error) => {
      assert.ok(error instanceof RequestFailed);
      assert.deepEqual(error.data, {
        code: 'store-failed',
        message: 'No disk.',
        remedy: 'Free some.',
      });
      return true;
    });
  });

  test('rejects an answer of an unexpected shape and names the request', async () => {
    const { client, deliver } = wire();
    const asked = client.call('findings', {});
    deliver({ id: 1, ok: { findings: 'none' } });
    await assert.rejects(asked, /"findings" has an unexpected shape/u);
  });

  test('tells the host once that a request is given up, and drops its late answer', async () => {
    const { client, posted, deliver } = wire();
    const giveUp = new AbortController();
    const asked = client.call('undo', {}, giveUp.signal);
    giveUp.abort();
    await assert.rejects(asked, isCancelled);
    deliver({ id: 1, ok: undone('late') });
    giveUp.abort();
    assert.deepEqual(posted.slice(1), [{ cancel: 1 }]);
  });

  test('asks nothing for a signal that is aborted already', async () => {
    const { client, posted } = wire();
    await assert.rejects(client.call('undo', {}, AbortSignal.abort()), isCancelled);
    assert.deepEqual(posted, []);
  });

  test('says nothing when a signal aborts after the answer', async () => {
    const { client, posted, deliver } = wire();
    const later = new AbortController();
    const asked = client.call('undo', {}, later.signal);
    deliver({ id: 1, ok: undone(null) });
    await asked;
    later.abort();
    assert.equal(posted.length, 1);
  });

  test('hands events to every listener until it leaves, and ignores strange messages', () => {
    const { client, deliver } = wire();
    const seen: HostEvent[] = [];
    const leave = client.onEvent((event) => seen.push(event));
    const event = { event: 'showFinding', id: 'x' } as const;
    for (const strange of [undefined, 'text', 7, {}, { event: 'unknown' }, { id: 99, ok: 1 }]) {
      deliver(strange);
    }
    deliver(event);
    leave();
    deliver(event);
    assert.deepEqual(seen, [event]);
  });

  test('gives up what is open when it is disposed of', async () => {
    const { client, listening } = wire();
    const asked = client.call('undo', {});
    client.dispose();
    await assert.rejects(asked, isCancelled);
    assert.equal(listening(), false);
  });
});

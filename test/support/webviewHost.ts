import type { Host } from '../../webview/shared/host.ts';
import { RpcClient } from '../../webview/shared/rpcClient.ts';
import { type Answers, ScriptedHost } from './scriptedHost.ts';

export interface FakeHost {
  readonly host: Host;
  readonly scripted: ScriptedHost;
  /** What was last remembered. */
  saved(): unknown;
}

/** A webview's host without a browser: messages are copied as `postMessage` copies them and arrive a turn later. */
export function fakeHost(answers: Answers, state?: unknown): FakeHost {
  const scripted = new ScriptedHost(answers);
  let saved: unknown = state;
  const rpc = new RpcClient({
    post: (message) => {
      const copy: unknown = structuredClone(message);
      queueMicrotask(() => {
        scripted.receive(copy);
      });
    },
    listen: (receive) => {
      scripted.connect((message) => {
        const copy: unknown = structuredClone(message);
        queueMicrotask(() => {
          receive(copy);
        });
      });
      return () => {
        scripted.connect(() => undefined);
      };
    },
  });
  return {
    scripted,
    saved: () => saved,
    host: {
      rpc,
      recall: () => state,
      remember: (next) => {
        saved = structuredClone(next);
      },
    },
  };
}

/** Lets every message that is on its way arrive. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

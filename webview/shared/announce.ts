import type { Status } from '../../src/protocol/shapes.ts';
import { type RpcClient, type WireError, wireError } from './rpcClient.ts';

/** What a page's state must take of its host's first words. */
export type HostNews =
  | { readonly type: 'status'; readonly status: Status }
  | { readonly type: 'failed'; readonly failure: WireError };

/** Tells the host that the page is there and listens, and asks how things stand. Never rejects. */
export async function announce(rpc: RpcClient, tell: (news: HostNews) => void): Promise<void> {
  try {
    await rpc.call('ready', {});
    tell({ type: 'status', status: await rpc.call('status', {}) });
  } catch (error) {
    tell({ type: 'failed', failure: wireError(error) });
  }
}

import type { Status } from '../../src/protocol/shapes.ts';
import { type RpcClient, type WireError, wireError } from './rpcClient.ts';

/** State changes caused by the host's first answers. */
export type HostAction =
  | { readonly type: 'status'; readonly status: Status }
  | { readonly type: 'failed'; readonly failure: WireError };

/** Sends `ready` and requests the status. Never rejects. */
export async function announce(
  rpc: RpcClient,
  dispatch: (action: HostAction) => void,
): Promise<void> {
  try {
    await rpc.call('ready', {});
    dispatch({ type: 'status', status: await rpc.call('status', {}) });
  } catch (error) {
    dispatch({ type: 'failed', failure: wireError(error) });
  }
}

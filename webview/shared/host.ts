import type { RpcClient } from './rpcClient.ts';

/** What a page has of its host: requests and events, and a place that outlives the page being hidden. */
export interface Host {
  readonly rpc: RpcClient;
  /** What `remember` was last given, unparsed: it may come from an older version. */
  recall(): unknown;
  remember(state: unknown): void;
}

import type { RpcClient } from './rpcClient.ts';

/** A page's connection to its host: requests, events, and state that is kept while the page is hidden. */
export interface Host {
  readonly rpc: RpcClient;
  /** The last argument of `remember`, unparsed: it may come from an older version. */
  recall(): unknown;
  remember(state: unknown): void;
}

import { RpcClient, type Transport } from './rpcClient.ts';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** What a page has of its host: requests and events, and a place that outlives the page being hidden. */
export interface Host {
  readonly rpc: RpcClient;
  /** What `remember` was last given, unparsed: it may come from an older version. */
  recall(): unknown;
  remember(state: unknown): void;
}

/** Can be called once per page. */
export function connectHost(): Host {
  const api = acquireVsCodeApi();
  const transport: Transport = {
    post: (message) => {
      api.postMessage(message);
    },
    listen: (receive) => {
      const onMessage = (event: MessageEvent<unknown>) => {
        receive(event.data);
      };
      window.addEventListener('message', onMessage);
      return () => {
        window.removeEventListener('message', onMessage);
      };
    },
  };
  return {
    rpc: new RpcClient(transport),
    recall: () => api.getState(),
    remember: (state) => {
      api.setState(state);
    },
  };
}

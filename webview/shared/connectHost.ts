import type { Host } from './host.ts';
import { RpcClient, type Transport } from './rpcClient.ts';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** Must be called only once per page. */
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

import { Latest } from '../shared/latest.ts';
import type { RpcClient } from '../shared/rpcClient.ts';
import type { Store } from '../shared/store.ts';
import type { TriageAction, TriageState } from './triageState.ts';

/** Requests the images of the current finding of duplicates. */
export class DuplicatesSession {
  readonly #rpc: Pick<RpcClient, 'call'>;
  readonly #store: Store<TriageState, TriageAction>;
  readonly #request = new Latest();
  #shownId: string | undefined;

  constructor(rpc: Pick<RpcClient, 'call'>, store: Store<TriageState, TriageAction>) {
    this.#rpc = rpc;
    this.#store = store;
  }

  /** Call after each state change. */
  follow(): void {
    const { current } = this.#store.state;
    if (current?.id === this.#shownId) return;
    this.#shownId = current?.id;
    this.load();
  }

  /** Requests them again, because captions or files may have changed. */
  load(): void {
    const { current } = this.#store.state;
    this.#request.cancel();
    if (current === null || current.ofDuplicates !== true) return;
    const { id } = current;
    this.#request.run(0, (signal) => this.#rpc.call('duplicates', { id }, signal), {
      done: (duplicates) => {
        this.#store.dispatch({ type: 'duplicates', id, duplicates });
      },
      // Without them the pictures are shown one beside the other, as for other findings.
      failed: () => undefined,
    });
  }
}

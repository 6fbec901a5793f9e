import { type ActionQueue, changedText } from '../shared/actionQueue.ts';
import { Latest } from '../shared/latest.ts';
import type { RpcClient } from '../shared/rpcClient.ts';
import type { Store } from '../shared/store.ts';
import type { TriageAction, TriageState } from './triageState.ts';

/** The images of the current finding of duplicates, and what is done with all their captions. */
export class DuplicatesSession {
  readonly #rpc: Pick<RpcClient, 'call'>;
  readonly #store: Store<TriageState, TriageAction>;
  readonly #actions: ActionQueue;
  readonly #request = new Latest();
  #shownId: string | undefined;

  constructor(
    rpc: Pick<RpcClient, 'call'>,
    store: Store<TriageState, TriageAction>,
    actions: ActionQueue,
  ) {
    this.#rpc = rpc;
    this.#store = store;
    this.#actions = actions;
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
    if (current?.ofDuplicates !== true) return;
    const { id } = current;
    this.#request.run(0, (signal) => this.#rpc.call('duplicates', { id }, signal), {
      done: (duplicates) => {
        this.#store.dispatch({ type: 'duplicates', id, duplicates });
      },
      // Without them the pictures are shown one beside the other, as for other findings.
      failed: () => undefined,
    });
  }

  /** Gives all captions of the group the same text. */
  async setCaptions(caption: string): Promise<void> {
    const { detail } = this.#store.state;
    const items = detail.duplicates?.images.flatMap((image) => image.items) ?? [];
    const changed = items.filter((item) => item.caption !== caption && item.readOnly === undefined);
    if (changed.length === 0) return;
    await this.#actions.run(async () => {
      const captions = changed.map(({ pair }) => ({ pair, caption }));
      await this.#rpc.call('setCaptions', { captions });
      this.#store.dispatch({ type: 'changed' });
      const text = changedText(captions.length);
      this.#store.dispatch({ type: 'notice', notice: { text, error: false, undo: true } });
      this.load();
    });
  }

  /** Gives all captions of the group the tags of all. */
  async mergeCaptions(): Promise<void> {
    const merged = this.#store.state.detail.duplicates?.merged;
    if (merged !== undefined) await this.setCaptions(merged);
  }
}

import * as vscode from 'vscode';
import { Debouncer } from '../protocol/debouncer.ts';
import type { InventoryItem } from '../protocol/inventoryShapes.ts';
import { REQUESTS } from '../protocol/serverApi.ts';
import type { ServerClient } from './serverClient.ts';

const DEBOUNCE_MS = 200;

/** What the folders hold, requested from the server after each audit. */
export class InventoryModel implements vscode.Disposable {
  readonly #client: ServerClient;
  readonly #changed = new vscode.EventEmitter<readonly InventoryItem[]>();
  readonly #debouncer = new Debouncer(DEBOUNCE_MS);
  readonly #subscriptions: vscode.Disposable;
  #all: readonly InventoryItem[] = [];
  #asked = 0;

  readonly onChange = this.#changed.event;

  constructor(client: ServerClient) {
    this.#client = client;
    this.#subscriptions = vscode.Disposable.from(
      client.onStatus(({ state }) => {
        if (state === 'ready' || state === 'no-dataset') this.#later();
      }),
      this.#changed,
      this.#debouncer,
    );
  }

  get all(): readonly InventoryItem[] {
    return this.#all;
  }

  /** Requests it now. @throws PairLensError */
  async current(): Promise<readonly InventoryItem[]> {
    const asked = ++this.#asked;
    const { folders } = await this.#client.request(REQUESTS.inventory, {});
    if (asked === this.#asked) {
      this.#all = folders;
      this.#changed.fire(folders);
    }
    return folders;
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #later(): void {
    this.#debouncer.schedule(() => {
      // The server has ended or is restarting; it sends its status afterwards.
      this.current().catch(() => undefined);
    });
  }
}

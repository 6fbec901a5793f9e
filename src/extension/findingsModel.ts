import * as vscode from 'vscode';
import { REQUESTS } from '../protocol/serverApi.ts';
import type { FindingItem } from '../protocol/shapes.ts';
import { setContext } from './contextKeys.ts';
import type { ServerClient } from './serverClient.ts';

const DEBOUNCE_MS = 100;

/** The server's findings, requested again after each change notification. */
export class FindingsModel implements vscode.Disposable {
  readonly #client: ServerClient;
  readonly #changed = new vscode.EventEmitter<readonly FindingItem[]>();
  readonly #subscriptions: vscode.Disposable[];
  #all: readonly FindingItem[] = [];
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;

  readonly onChange = this.#changed.event;

  constructor(client: ServerClient) {
    this.#client = client;
    this.#subscriptions = [
      client.onChange(({ findings }) => {
        if (findings) this.#later();
      }),
      client.onStatus(({ state }) => {
        if (state === 'ready') this.#later();
        else if (state === 'no-dataset') this.#set([]);
      }),
    ];
  }

  /** All findings, the worst first. */
  get all(): readonly FindingItem[] {
    return this.#all;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#changed.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), DEBOUNCE_MS);
  }

  async #ask(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const { findings } = await this.#client.request(REQUESTS.findings, {});
      if (asked === this.#asked) this.#set(findings);
    } catch {
      // The server has ended or is restarting; it sends a change notification afterwards.
    }
  }

  #set(findings: readonly FindingItem[]): void {
    this.#all = findings;
    setContext('pairlens.hasFindings', findings.length > 0);
    this.#changed.fire(findings);
  }
}

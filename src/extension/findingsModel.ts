import * as vscode from 'vscode';
import { Debouncer } from '../protocol/debouncer.ts';
import { REQUESTS } from '../protocol/serverApi.ts';
import type { DecidedPair, FindingItem } from '../protocol/shapes.ts';
import { setContext } from './contextKeys.ts';
import type { ServerClient } from './serverClient.ts';

const DEBOUNCE_MS = 100;

/** The server's findings and verdicts, requested again after each change notification. */
export class FindingsModel implements vscode.Disposable {
  readonly #client: ServerClient;
  readonly #changed = new vscode.EventEmitter<readonly FindingItem[]>();
  readonly #debouncer = new Debouncer(DEBOUNCE_MS);
  readonly #subscriptions: vscode.Disposable;
  #all: readonly FindingItem[] = [];
  #verdicts: readonly DecidedPair[] = [];
  #asked = 0;

  readonly onChange = this.#changed.event;

  constructor(client: ServerClient) {
    this.#client = client;
    this.#subscriptions = vscode.Disposable.from(
      client.onChange(({ findings }) => {
        if (findings) this.#later();
      }),
      client.onStatus(({ state }) => {
        if (state === 'ready') this.#later();
        else if (state === 'no-dataset') this.#set([], []);
      }),
      this.#changed,
      this.#debouncer,
    );
  }

  /** All findings, the worst first. */
  get all(): readonly FindingItem[] {
    return this.#all;
  }

  /** Decisions on pairs that exist now. */
  get verdicts(): readonly DecidedPair[] {
    return this.#verdicts;
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #later(): void {
    this.#debouncer.schedule(() => void this.#ask());
  }

  async #ask(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const [{ findings }, { decisions }] = await Promise.all([
        this.#client.request(REQUESTS.findings, {}),
        this.#client.request(REQUESTS.decisions, {}),
      ]);
      if (asked === this.#asked) this.#set(findings, decisions);
    } catch {
      // The server has ended or is restarting; it sends a change notification afterwards.
    }
  }

  #set(findings: readonly FindingItem[], verdicts: readonly DecidedPair[]): void {
    this.#all = findings;
    this.#verdicts = verdicts;
    setContext('pairlens.hasFindings', findings.length > 0);
    this.#changed.fire(findings);
  }
}

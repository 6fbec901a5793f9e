import * as vscode from 'vscode';
import { haveSidecars, IMAGE_GLOB, LINES_GLOB, SIDECAR_GLOB, TABLE_GLOB } from './datasetLook.ts';

const EXCLUDE = '**/{node_modules,.git,.venv,venv,__pycache__,dist,build}/**';
/** Enough to meet a pair in any dataset; a bound, so that a huge folder costs little. */
const LOOKED_AT = 5000;
const SETTLE_MS = 1000;

/** Calls `found` once, when the workspace first looks like a dataset: now or after files appear. */
export class DatasetWatch implements vscode.Disposable {
  readonly #found: () => void;
  readonly #log: vscode.LogOutputChannel;
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #cancel = new vscode.CancellationTokenSource();
  #timer: NodeJS.Timeout | undefined;

  constructor(found: () => void, log: vscode.LogOutputChannel) {
    this.#found = found;
    this.#log = log;
    for (const glob of [TABLE_GLOB, IMAGE_GLOB, SIDECAR_GLOB]) {
      // Changes of content make no dataset; files that appear do.
      const watcher = vscode.workspace.createFileSystemWatcher(glob, false, true, true);
      this.#subscriptions.push(
        watcher,
        watcher.onDidCreate(() => this.#later()),
      );
    }
    this.#subscriptions.push(vscode.workspace.onDidChangeWorkspaceFolders(() => this.#later()));
    this.#later(0);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#cancel.cancel();
    this.#cancel.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #later(delay = SETTLE_MS): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#look().catch((error: unknown) => this.#log.error(String(error)));
    }, delay);
  }

  #ended(): boolean {
    return this.#cancel.token.isCancellationRequested;
  }

  async #look(): Promise<void> {
    if (!vscode.workspace.getConfiguration('pairlens').get<boolean>('enable', true)) return;
    const find = (glob: string, most: number): Thenable<vscode.Uri[]> =>
      vscode.workspace.findFiles(glob, EXCLUDE, most, this.#cancel.token);
    const images = await find(IMAGE_GLOB, LOOKED_AT);
    if (images.length === 0) return;
    const tables = [...(await find(TABLE_GLOB, 1)), ...(await find(LINES_GLOB, 1))];
    if (tables.length === 0) {
      const texts = await find(SIDECAR_GLOB, LOOKED_AT);
      const paths = (uris: readonly vscode.Uri[]): string[] => uris.map(({ path }) => path);
      if (!haveSidecars(paths(images), paths(texts))) return;
    }
    if (this.#ended()) return;
    // From here on the server watches for itself.
    this.dispose();
    this.#found();
  }
}

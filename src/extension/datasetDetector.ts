import * as vscode from 'vscode';
import { IMAGE_GLOB, SIDECAR_GLOB, TABLE_GLOB, TABLE_NAME_GLOB } from '../protocol/datasetFiles.ts';
import { haveSidecars, looksLikeTable } from './looksLikeDataset.ts';

const EXCLUDE = '**/{node_modules,.git,.venv,venv,__pycache__,dist,build}/**';
/** Most files listed: enough to find a pair in any dataset, and bounded for huge folders. */
const MAX_LISTED_FILES = 5000;
/** Most files whose first bytes are read; each takes less than a millisecond. */
const MAX_READ_FILES = 200;
const DEBOUNCE_MS = 1000;

/** Calls `found` once, when the workspace first looks like a dataset: at start or after files were created. */
export class DatasetDetector implements vscode.Disposable {
  readonly #found: () => void;
  readonly #log: vscode.LogOutputChannel;
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #cancel = new vscode.CancellationTokenSource();
  #timer: NodeJS.Timeout | undefined;

  constructor(found: () => void, log: vscode.LogOutputChannel) {
    this.#found = found;
    this.#log = log;
    for (const glob of [IMAGE_GLOB, SIDECAR_GLOB, TABLE_GLOB]) {
      // Created files only: a change of content does not make a folder a dataset.
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

  #later(delay = DEBOUNCE_MS): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#detect().catch((error: unknown) => this.#log.error(String(error)));
    }, delay);
  }

  #ended(): boolean {
    return this.#cancel.token.isCancellationRequested;
  }

  async #detect(): Promise<void> {
    if (!vscode.workspace.getConfiguration('pairlens').get<boolean>('enable', true)) return;
    const find: Find = (glob, most) =>
      vscode.workspace.findFiles(glob, EXCLUDE, most, this.#cancel.token);
    const images = await find(IMAGE_GLOB, MAX_LISTED_FILES);
    if (images.length === 0) return;
    const isDataset = (await this.#hasTable(find)) || (await hasSidecars(images, find));
    if (!isDataset || this.#ended()) return;
    // From now on the server watches the files.
    this.dispose();
    this.#found();
  }
  async #hasTable(find: Find): Promise<boolean> {
    for (const glob of [TABLE_NAME_GLOB, TABLE_GLOB]) {
      for (const { fsPath } of await find(glob, MAX_READ_FILES)) {
        if (this.#ended()) return false;
        if (await looksLikeTable(fsPath)) return true;
      }
    }
    return false;
  }
}

type Find = (glob: string, most: number) => Thenable<vscode.Uri[]>;

async function hasSidecars(images: readonly vscode.Uri[], find: Find): Promise<boolean> {
  const paths = (uris: readonly vscode.Uri[]): string[] => uris.map(({ path }) => path);
  return haveSidecars(paths(images), paths(await find(SIDECAR_GLOB, MAX_LISTED_FILES)));
}

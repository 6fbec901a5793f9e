import * as vscode from 'vscode';
import {
  ARCHIVE_GLOB,
  IMAGE_GLOB,
  SIDECAR_GLOB,
  TABLE_GLOB,
  TABLE_NAME_GLOB,
} from '../protocol/datasetFiles.ts';
import { CONFIG_FILE } from '../core/settings/settingTable.ts';
import { Debouncer } from '../protocol/debouncer.ts';
import type { Settings } from '../protocol/settings.ts';
import { haveNames, haveSidecars, looksLikeTable } from './looksLikeDataset.ts';

const EXCLUDE = '**/{node_modules,.git,.venv,venv,__pycache__,dist,build}/**';
/** Most files listed: enough to find a pair in any dataset, and bounded for huge folders. */
const MAX_LISTED_FILES = 5000;
/** Most files whose first bytes are read; each takes less than a millisecond. */
const MAX_READ_FILES = 200;
const DEBOUNCE_MS = 1000;
const CONFIG_GLOB = `**/${CONFIG_FILE}`;

/** Calls `found` once, when the workspace first looks like a dataset: at start or after files were created. */
export class DatasetDetector implements vscode.Disposable {
  readonly #found: () => void;
  readonly #log: vscode.LogOutputChannel;
  readonly #subscriptions: vscode.Disposable;
  readonly #debouncer = new Debouncer(DEBOUNCE_MS);
  readonly #cancel = new vscode.CancellationTokenSource();

  constructor(found: () => void, log: vscode.LogOutputChannel) {
    this.#found = found;
    this.#log = log;
    // Created files only: a change of content does not make a folder a dataset.
    const watchers = [IMAGE_GLOB, SIDECAR_GLOB, TABLE_GLOB, ARCHIVE_GLOB, CONFIG_GLOB].map((glob) =>
      vscode.workspace.createFileSystemWatcher(glob, false, true, true),
    );
    this.#subscriptions = vscode.Disposable.from(
      ...watchers,
      ...watchers.map((watcher) => watcher.onDidCreate(() => this.#later())),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#later()),
      this.#debouncer,
    );
    this.#later(0);
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#cancel.cancel();
    this.#cancel.dispose();
  }

  #later(delayMs = DEBOUNCE_MS): void {
    this.#debouncer.schedule(() => {
      this.#detect().catch((error: unknown) => this.#log.error(String(error)));
    }, delayMs);
  }

  #ended(): boolean {
    return this.#cancel.token.isCancellationRequested;
  }

  async #detect(): Promise<void> {
    if (!isEnabled()) return;
    const find: Find = (glob, most) =>
      vscode.workspace.findFiles(glob, EXCLUDE, most, this.#cancel.token);
    if (!(await this.#isDataset(find)) || this.#ended()) return;
    // From now on the server watches the files.
    this.dispose();
    this.#found();
  }

  async #isDataset(find: Find): Promise<boolean> {
    if ((await find(ARCHIVE_GLOB, 1)).length > 0) return true;
    const images = await find(IMAGE_GLOB, MAX_LISTED_FILES);
    if (images.length === 0) return false;
    if ((await find(CONFIG_GLOB, 1)).length > 0) return true;
    if (haveNames(images.map(({ path }) => path))) return true;
    return (await this.#hasTable(find)) || (await hasSidecars(images, find));
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

function isEnabled(): boolean {
  const name = 'enable' satisfies keyof Settings;
  return vscode.workspace.getConfiguration('pairlens').get<Settings[typeof name]>(name, true);
}

type Find = (glob: string, most: number) => Thenable<vscode.Uri[]>;

async function hasSidecars(images: readonly vscode.Uri[], find: Find): Promise<boolean> {
  const paths = (uris: readonly vscode.Uri[]): string[] => uris.map(({ path }) => path);
  return haveSidecars(paths(images), paths(await find(SIDECAR_GLOB, MAX_LISTED_FILES)));
}

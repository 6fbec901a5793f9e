import {
  DidChangeWatchedFilesNotification,
  FileChangeType,
  type FileEvent,
} from 'vscode-languageserver/node';
import path from 'node:path';
import { extensionOf, isImageName, isSkippedFolder } from '../../core/dataset/fileKinds.ts';
import { isArchiveName } from '../../core/dataset/archivePaths.ts';
import { CONFIG_EXTENSIONS } from '../../core/dataset/trainers.ts';
import { CAPTION_EXTENSIONS } from '../../core/formats/captionFiles.ts';
import { PARTIAL_FILE } from '../../engine/audit/fittedFile.ts';
import type { ServerContext } from '../context.ts';
import { describeError } from '../serverLog.ts';

/** Debounce delay for bursts of changes (a checkout, an unpacked archive), up to LONGEST_WAIT_MS in total. */
const QUIET_MS = 250;
const QUIET_WITHOUT_DATASET_MS = 1000;
const LONGEST_WAIT_MS = 3000;
/** Most caption files that are updated one by one; more cause a refresh of everything. */
const SINGLE_FILES = 20;

/** A fit that is going on says nothing yet. */
const PARTIAL_NAME = path.basename(PARTIAL_FILE);

/** Updates the engine when other programs change files on disk. */
export class FileWatcher {
  readonly #context: ServerContext;
  readonly #folders: () => readonly string[];
  readonly #refresh: () => Promise<void>;
  readonly #changed = new Map<string, FileChangeType>();
  /** Files that the server wrote, with their size and modification time afterwards. */
  readonly #ownWrites = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #processing = 0;
  #first = 0;

  constructor(
    context: ServerContext,
    folders: () => readonly string[],
    refresh: () => Promise<void>,
  ) {
    this.#context = context;
    this.#folders = folders;
    this.#refresh = refresh;
    context.connection.onDidChangeWatchedFiles(({ changes }) => this.#onChanges(changes));
    // For clients that do not watch files: a save is a change, too.
    context.connection.onDidSaveTextDocument(({ textDocument: { uri } }) => {
      const file = context.uris.toPath(uri);
      if (file === undefined) return;
      const known = context.live.kindOf(file) === 'captions';
      this.#onChanges([{ uri, type: known ? FileChangeType.Changed : FileChangeType.Created }]);
    });
  }

  get isBusy(): boolean {
    return this.#timer !== undefined || this.#processing > 0;
  }

  /** Asks the client to report changes below its folders. */
  async register(): Promise<void> {
    const { client, connection } = this.#context;
    if (!client.watchesFiles) return;
    // All files: the deletion of a folder is reported by the folder's name only.
    await connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: [{ globPattern: '**/*' }],
    });
  }

  /** Records that the server wrote this file, so that its watcher event is ignored. */
  async recordOwnWrite(file: string): Promise<void> {
    this.#ownWrites.set(file, await this.#signature(file));
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #onChanges(changes: readonly FileEvent[]): void {
    let any = false;
    for (const { uri, type } of changes) {
      const file = this.#context.uris.toPath(uri);
      if (file === undefined || !this.#matters(file, type)) continue;
      any = true;
      const before = this.#changed.get(file);
      // Different event types for one file (as from an atomic write) are treated as a creation.
      this.#changed.set(
        file,
        before === undefined || before === type ? type : FileChangeType.Created,
      );
    }
    if (!any) return;
    const now = performance.now();
    if (this.#timer === undefined) this.#first = now;
    clearTimeout(this.#timer);
    const quiet = this.#context.live.datasets.length > 0 ? QUIET_MS : QUIET_WITHOUT_DATASET_MS;
    const wait = Math.max(0, Math.min(quiet, this.#first + LONGEST_WAIT_MS - now));
    this.#timer = setTimeout(() => this.#processUnlessPostponed(), wait);
  }

  /** After a busy event loop the timer fires before messages that have already arrived: these are read first. */
  #processUnlessPostponed(): void {
    const timer = this.#timer;
    setImmediate(() =>
      setImmediate(() => {
        if (this.#timer !== timer) return;
        this.#processing++;
        this.#process()
          .catch((error: unknown) => this.#context.log.error(describeError(error)))
          .finally(() => this.#processing--);
      }),
    );
  }

  #matters(file: string, type: FileChangeType): boolean {
    const { live } = this.#context;
    if (path.basename(path.dirname(file)) === '.pairlens') {
      return !path.basename(file).includes(PARTIAL_NAME);
    }
    // With the folder its files are gone, of which no client tells.
    if (path.basename(file) === '.pairlens') return type === FileChangeType.Deleted;
    if (live.kindOf(file) !== undefined) return true;
    if (this.#isSkipped(file)) return false;
    if (isImageName(file) || isArchiveName(file)) return true;
    if (CAPTION_EXTENSIONS.includes(extensionOf(file))) return true;
    if (CONFIG_EXTENSIONS.includes(extensionOf(file))) return true;
    // A created or deleted folder may contain a dataset.
    return type !== FileChangeType.Changed && extensionOf(file) === '';
  }

  /** Whether the file is in a folder that is never searched for datasets. */
  #isSkipped(file: string): boolean {
    const parts = this.#folders().map((folder) => path.relative(folder, file).split(path.sep));
    return parts.every((names) => names.some((name) => name === '..' || isSkippedFolder(name)));
  }

  async #signature(file: string): Promise<string> {
    const found = await this.#context.files.stat(file).catch(() => undefined);
    return found === undefined ? 'gone' : `${found.bytes} ${found.modified}`;
  }

  /** Drops changes that the server made itself. */
  async #dropOwnWrites(): Promise<void> {
    for (const [file, signature] of this.#ownWrites) {
      if (!this.#changed.has(file)) continue;
      if ((await this.#signature(file)) === signature) this.#changed.delete(file);
    }
  }

  async #process(): Promise<void> {
    const { live } = this.#context;
    this.#timer = undefined;
    await this.#dropOwnWrites();
    const changed = [...this.#changed];
    this.#changed.clear();
    if (changed.length === 0) return;
    const single = changed.every(
      ([file, type]) =>
        type === FileChangeType.Changed && live.kindOf(file) === 'captions' && !isArchiveName(file),
    );
    if (single && changed.length <= SINGLE_FILES) {
      const written = await Promise.all(changed.map(([file]) => live.fileWritten(file)));
      for (const file of new Set(written.flat())) await this.recordOwnWrite(file);
    } else await this.#refresh();
  }
}

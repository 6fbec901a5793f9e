import { TextDocuments, type Connection } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { PairLensError } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import { describeError } from '../serverLog.ts';
import type { Uris } from '../uris.ts';

/** Pause after a keystroke before the caption is judged anew. */
const DEBOUNCE_MS = 150;

/** Who is told what the open files say. */
export interface TextListener {
  /** The text the client shows, or undefined once the file is closed and the disk counts again. */
  textChanged(file: string, text: string | undefined, signal: AbortSignal): Promise<void>;
  /** All of the file's text was told and taken in. */
  onSynced(file: string): void;
}

/** A text and the version it bears at the client; null for a file that is not open. */
export interface VersionedText {
  readonly text: string;
  readonly version: number | null;
}

interface OpenFile {
  readonly uri: string;
  timer: NodeJS.Timeout | undefined;
  running: AbortController | undefined;
  synced: VersionedText | undefined;
  /** Version that was told last, taken in or not. */
  pushedVersion: number | undefined;
  waiting: (() => void)[];
}

/**
 * The documents open at the client. Each change is told to the listener once the typing pauses; a newer text
 * cancels the work on an older one.
 */
export class OpenDocuments {
  readonly #documents = new TextDocuments(TextDocument);
  readonly #open = new Map<string, OpenFile>();
  readonly #uris: Uris;
  readonly #log: Log;
  readonly #listener: TextListener;
  /** Closed files whose text on disk is being taken in. */
  #closing = 0;

  constructor(connection: Connection, uris: Uris, log: Log, listener: TextListener) {
    this.#uris = uris;
    this.#log = log;
    this.#listener = listener;
    this.#documents.onDidOpen(({ document: { uri } }) => this.#opened(uri));
    this.#documents.onDidChangeContent(({ document: { uri } }) => this.#changed(uri));
    this.#documents.onDidClose(({ document: { uri } }) => this.#closed(uri));
    this.#documents.listen(connection);
  }

  /** Paths of the open files. */
  files(): Iterable<string> {
    return this.#open.keys();
  }

  get isBusy(): boolean {
    return this.#closing > 0 || [...this.#open.keys()].some((file) => !this.isSynced(file));
  }

  isOpen(file: string): boolean {
    return this.#open.has(file);
  }

  /** Whether what the engine knows is the text the client shows now. True for files that are not open. */
  isSynced(file: string): boolean {
    const open = this.#open.get(file);
    return open === undefined || (open.timer === undefined && open.running === undefined);
  }

  /** The text the engine knows of an open file; undefined where it knows the disk's. */
  synced(file: string): VersionedText | undefined {
    return this.#open.get(file)?.synced;
  }

  /** The text the client shows of an open file; undefined for a file that is not open. */
  shown(file: string): VersionedText | undefined {
    const open = this.#open.get(file);
    const document = open && this.#documents.get(open.uri);
    return document && { text: document.getText(), version: document.version };
  }

  /**
   * Waits until the engine knows the text the client shows; with `now` without waiting for a pause in the typing.
   * @throws PairLensError `cancelled`.
   */
  async whenSynced(file: string, signal: AbortSignal, now = false): Promise<void> {
    for (;;) {
      const open = this.#open.get(file);
      if (open === undefined || this.isSynced(file)) return;
      if (now && open.timer !== undefined) this.#push(file, open);
      await new Promise<void>((resolve, reject) => {
        const abort = () => reject(new PairLensError('cancelled', 'Cancelled.'));
        if (signal.aborted) abort();
        signal.addEventListener('abort', abort, { once: true });
        open.waiting.push(() => {
          signal.removeEventListener('abort', abort);
          resolve();
        });
      });
    }
  }

  /** Tells the text of every open file again: the engine has read the disk anew. */
  pushAll(): void {
    for (const [file, open] of this.#open) {
      open.synced = undefined;
      this.#push(file, open);
    }
  }

  #opened(uri: string): void {
    const file = this.#uris.toPath(uri);
    if (file === undefined) return;
    this.#uris.remember(file, uri);
    const open = {
      uri,
      timer: undefined,
      running: undefined,
      synced: undefined,
      pushedVersion: undefined,
      waiting: [],
    };
    this.#open.set(file, open);
    this.#push(file, open);
  }

  #changed(uri: string): void {
    const file = this.#uris.toPath(uri);
    const open = file === undefined ? undefined : this.#open.get(file);
    if (file === undefined || open === undefined) return;
    // An opened document is reported as changed as well.
    if (open.pushedVersion === this.#documents.get(uri)?.version) return;
    clearTimeout(open.timer);
    open.timer = setTimeout(() => this.#push(file, open), DEBOUNCE_MS);
  }

  #closed(uri: string): void {
    const file = this.#uris.toPath(uri);
    const open = file === undefined ? undefined : this.#open.get(file);
    if (file === undefined || open === undefined) return;
    clearTimeout(open.timer);
    open.running?.abort();
    this.#open.delete(file);
    this.#uris.forget(file);
    this.#release(file, open);
    // Whatever the file is taken for now: a text that is kept after its document would stand before the disk for ever.
    this.#closing++;
    this.#listener
      .textChanged(file, undefined, new AbortController().signal)
      .catch((error: unknown) => this.#log.error(`${file}: ${describeError(error)}`))
      .finally(() => {
        this.#closing--;
        this.#listener.onSynced(file);
      });
  }

  #push(file: string, open: OpenFile): void {
    clearTimeout(open.timer);
    open.timer = undefined;
    open.running?.abort();
    open.running = undefined;
    const document = this.#documents.get(open.uri);
    open.pushedVersion = document?.version;
    if (document === undefined) {
      open.synced = undefined;
      this.#release(file, open);
      return;
    }
    const told = { text: document.getText(), version: document.version };
    const running = new AbortController();
    open.running = running;
    this.#listener
      .textChanged(file, told.text, running.signal)
      .then(
        () => {
          if (open.running === running) open.synced = told;
        },
        (error: unknown) => {
          if (!PairLensError.is(error, 'cancelled')) {
            this.#log.error(`${file}: ${describeError(error)}`);
          }
        },
      )
      .finally(() => {
        if (open.running !== running) return;
        open.running = undefined;
        if (open.timer === undefined) this.#release(file, open);
      });
  }

  #release(file: string, open: OpenFile): void {
    for (const resume of open.waiting.splice(0)) resume();
    if (this.#open.get(file) === open) this.#listener.onSynced(file);
  }
}

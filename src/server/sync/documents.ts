import { TextDocuments, type Connection } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { PairLensError } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import { Debouncer } from '../../protocol/debouncer.ts';
import { describeError } from '../serverLog.ts';
import type { Uris } from '../uris.ts';

/** Delay after the last keystroke before the captions are scored again. */
const DEBOUNCE_MS = 150;

/** Receives the texts of open files. */
export interface TextListener {
  /** @param text as the client shows it; undefined after the file was closed, when the file on disk applies. */
  textChanged(file: string, text: string | undefined, signal: AbortSignal): Promise<void>;
  /** The listener has processed the file's current text. */
  onSynced(file: string): void;
}

/** A text and its LSP document version; null for a file that is not open. */
export interface VersionedText {
  readonly text: string;
  readonly version: number | null;
}

interface OpenFile {
  readonly uri: string;
  readonly debouncer: Debouncer;
  running: AbortController | undefined;
  synced: VersionedText | undefined;
  /** Version pushed last, whether or not the listener has processed it. */
  pushedVersion: number | undefined;
  waiting: (() => void)[];
}

/**
 * The client's open documents. Changes are pushed to the listener after a debounce delay; a newer text cancels the
 * processing of an older one.
 */
export class OpenDocuments {
  readonly #documents = new TextDocuments(TextDocument);
  readonly #open = new Map<string, OpenFile>();
  readonly #uris: Uris;
  readonly #log: Log;
  readonly #listener: TextListener;
  /** Number of closed files whose text on disk is being processed. */
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

  /** Whether the engine has the text that the client shows. True for files that are not open. */
  isSynced(file: string): boolean {
    const open = this.#open.get(file);
    return open === undefined || (!open.debouncer.isPending && open.running === undefined);
  }

  /** The editor text that the engine has of an open file; undefined while it has the text on disk. */
  synced(file: string): VersionedText | undefined {
    return this.#open.get(file)?.synced;
  }

  /** The text of an open file as the client shows it; undefined for other files. */
  shown(file: string): VersionedText | undefined {
    const open = this.#open.get(file);
    const document = open && this.#documents.get(open.uri);
    return document && { text: document.getText(), version: document.version };
  }

  /**
   * Waits until the engine has the text that the client shows.
   * @param now skip the debounce delay.
   * @throws PairLensError `cancelled`.
   */
  async whenSynced(file: string, signal: AbortSignal, now = false): Promise<void> {
    for (;;) {
      const open = this.#open.get(file);
      if (open === undefined || this.isSynced(file)) return;
      if (now && open.debouncer.isPending) this.#push(file, open);
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

  /** Waits until the engine has the texts of all open files. @throws PairLensError `cancelled`. */
  async whenAllSynced(signal: AbortSignal): Promise<void> {
    for (const file of [...this.files()]) await this.whenSynced(file, signal, true);
  }

  /** Pushes every open file again, after the engine has read the files on disk. */
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
      debouncer: new Debouncer(DEBOUNCE_MS),
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
    // TextDocuments reports an opened document as changed, too.
    if (open.pushedVersion === this.#documents.get(uri)?.version) return;
    open.debouncer.schedule(() => this.#push(file, open));
  }

  #closed(uri: string): void {
    const file = this.#uris.toPath(uri);
    const open = file === undefined ? undefined : this.#open.get(file);
    if (file === undefined || open === undefined) return;
    open.debouncer.cancel();
    open.running?.abort();
    this.#open.delete(file);
    this.#uris.forget(file);
    this.#release(file, open);
    // Unconditionally: a text left in the engine would hide the file on disk for ever.
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
    open.debouncer.cancel();
    open.running?.abort();
    open.running = undefined;
    const document = this.#documents.get(open.uri);
    open.pushedVersion = document?.version;
    if (document === undefined) {
      open.synced = undefined;
      this.#release(file, open);
      return;
    }
    const pushed = { text: document.getText(), version: document.version };
    const running = new AbortController();
    open.running = running;
    this.#listener
      .textChanged(file, pushed.text, running.signal)
      .then(
        () => {
          if (open.running === running) open.synced = pushed;
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
        if (!open.debouncer.isPending) this.#release(file, open);
      });
  }

  #release(file: string, open: OpenFile): void {
    for (const resume of open.waiting.splice(0)) resume();
    if (this.#open.get(file) === open) this.#listener.onSynced(file);
  }
}

import type { EncoderChoice } from '../core/encoderChoice.ts';
import type { Log } from '../core/ports.ts';
import type { LiveChange, LiveSettings, LiveWorkspace } from '../engine/workspace/workspace.ts';

/** Options of the engine; a change of any but `settings` reopens it. */
export interface LiveOptions {
  /** Other encoders than the shipped ones (absolute path). */
  readonly encoder?: EncoderChoice;
  /** Cache folder (absolute path). */
  readonly cachePath?: string;
  readonly threads?: number;
  /** Ignore cached embeddings. */
  readonly rebuild?: boolean;
  readonly settings: LiveSettings;
}

/** An engine and the function that releases its resources. */
export interface OpenedLive {
  readonly live: LiveWorkspace;
  close(): Promise<void>;
}

/** Opens an engine. Cheap: encoders and cache are opened with the first dataset. */
export type OpenLive = (options: LiveOptions, log: Log) => OpenedLive;

/** Owns the engine and replaces it when its options change. */
export class EngineHost {
  readonly #open: OpenLive;
  readonly #onChange: (change: LiveChange) => void;
  readonly #log: Log;
  #opened: OpenedLive;
  #listening: { dispose(): void };

  constructor(
    open: OpenLive,
    options: LiveOptions,
    log: Log,
    onChange: (change: LiveChange) => void,
  ) {
    this.#open = open;
    this.#log = log;
    this.#onChange = onChange;
    this.#opened = open(options, log);
    this.#listening = this.live.onChange(onChange);
  }

  get live(): LiveWorkspace {
    return this.#opened.live;
  }

  get isBusy(): boolean {
    return this.live.isBusy;
  }

  /** Closes the engine and opens another, without datasets. */
  async reopen(options: LiveOptions): Promise<void> {
    const before = this.#opened;
    this.#listening.dispose();
    this.#opened = this.#open(options, this.#log);
    this.#listening = this.live.onChange(this.#onChange);
    this.#onChange({ findings: true, paths: [] });
    await before.close();
  }

  async close(): Promise<void> {
    this.#listening.dispose();
    await this.#opened.close();
  }
}

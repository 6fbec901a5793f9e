import type { Log } from '../core/ports.ts';
import type { LiveChange, LiveSettings, LiveWorkspace } from '../engine/workspace/workspace.ts';

/** What the engine is opened with; when one of these changes, it is opened anew. */
export interface LiveOptions {
  /** Folder of other encoders, absolute. */
  readonly modelPath?: string;
  /** Folder of the cache, absolute. */
  readonly cachePath?: string;
  readonly threads?: number;
  /** Nothing that was encoded before is used. */
  readonly rebuild?: boolean;
  readonly settings: LiveSettings;
}

/** The engine with what it holds open. */
export interface OpenedLive {
  readonly live: LiveWorkspace;
  close(): Promise<void>;
}

/** Costs nothing: what is heavy is opened with the first dataset. */
export type OpenLive = (options: LiveOptions, log: Log) => OpenedLive;

/** Holds the engine, and puts another in its place where that is needed. */
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

  /** Closes the engine and opens another, which knows nothing yet. */
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

import * as l10n from '@vscode/l10n';
import { isDeepStrictEqual } from 'node:util';
import path from 'node:path';
import {
  DidChangeConfigurationNotification,
  MessageType,
  ShowMessageNotification,
  type Connection,
  type InitializeParams,
} from 'vscode-languageserver/node';
import { PairLensError } from '../core/errors.ts';
import type { FileSystem, Log } from '../core/ports.ts';
import type { LiveChange, LiveWorkspace } from '../engine/workspace/workspace.ts';
import { CLIENT_NOTIFICATIONS, NOTIFICATIONS } from '../protocol/serverApi.ts';
import type { Settings } from '../protocol/settings.ts';
import type { ClientSupport } from './clientCapabilities.ts';
import { registerCodeActions } from './features/codeActions.ts';
import { registerCompletion } from './features/completion.ts';
import { registerCommands } from './features/executeCommand.ts';
import type { ServerContext } from './context.ts';
import { registerCustomRequests } from './features/customRequests.ts';
import { Diagnostics } from './features/diagnostics.ts';
import { OpenDocuments } from './sync/documents.ts';
import { registerFileOperations } from './features/fileOperations.ts';
import { measureEncoder } from './features/encoderMeasure.ts';
import { type EncoderAccess, listEncoders } from './features/encoderRequests.ts';
import { Fitting } from './features/fitRequests.ts';
import { registerHover } from './features/hover.ts';
import type { InitialOptions } from './initialOptions.ts';
import { refreshInlayHints, registerInlayHints } from './features/inlayHints.ts';
import { EngineHost, type LiveOptions, type OpenLive } from './engineHost.ts';
import { Refresher } from './sync/refresher.ts';
import { describeError } from './serverLog.ts';
import { liveSettings, readSettings } from './settings.ts';
import { StatusReporter } from './sync/statusReporter.ts';
import type { ThumbnailCache } from './features/thumbnailCache.ts';
import { Uris } from './uris.ts';
import { FileWatcher } from './sync/watchFiles.ts';

/** Dependencies of a session, made by src/server/composeServer.ts. */
export interface Composition {
  readonly openLive: OpenLive;
  readonly thumbnails: ThumbnailCache;
  readonly files: FileSystem;
  readonly version: string;
  readonly findingsUri: string;
  readonly encoders: EncoderAccess;
  /** Used for settings that the client does not send. */
  readonly defaults: Partial<Settings>;
  /** Folder of the l10n bundles. */
  readonly l10nFolder: string | undefined;
}

/** State of one client: creates the features and forwards changes to them. */
export class Session implements ServerContext {
  readonly connection: Connection;
  readonly client: ClientSupport;
  readonly documents: OpenDocuments;
  readonly uris: Uris;
  readonly thumbnails: ThumbnailCache;
  readonly files: FileSystem;
  readonly findingsUri: string;
  readonly log: Log;
  readonly #defaults: Partial<Settings>;
  readonly #host: EngineHost;
  readonly #status: StatusReporter;
  readonly #diagnostics: Diagnostics;
  readonly #refresher: Refresher;
  readonly #watcher: FileWatcher;
  #settings: Settings;
  #trusted: boolean;
  #folders: readonly string[];
  #warned: readonly string[] = [];

  constructor(
    connection: Connection,
    log: Log,
    composition: Composition,
    client: ClientSupport,
    params: InitializeParams,
    options: InitialOptions,
  ) {
    this.connection = connection;
    this.log = log;
    this.client = client;
    this.thumbnails = composition.thumbnails;
    this.files = composition.files;
    this.findingsUri = composition.findingsUri;
    this.#defaults = composition.defaults;
    this.#trusted = options.trusted;
    this.uris = new Uris(client.opensMembers);
    this.#folders = foldersOf(params, this.uris);
    this.#settings = this.#read(options.settings);
    this.#host = new EngineHost(composition.openLive, this.#liveOptions(), log, (change) =>
      this.#changed(change),
    );
    this.documents = new OpenDocuments(connection, this.uris, log, {
      textChanged: (file, text, signal) => this.live.captionsChanged(file, text, signal),
      onSynced: () => this.#diagnostics.publishSoon(),
    });
    this.#status = new StatusReporter(this);
    this.#diagnostics = new Diagnostics(this);
    this.#refresher = new Refresher(
      this,
      this.#status,
      () => this.#folders,
      () => this.documents.pushAll(),
    );
    this.#watcher = new FileWatcher(
      this,
      () => this.#folders,
      () => this.#refresher.refresh(),
    );
    registerHover(this);
    registerCodeActions(this);
    registerInlayHints(this);
    registerCompletion(this);
    registerFileOperations(this);
    const audit = (rebuild: boolean, signal: AbortSignal) => this.#audit(rebuild, signal);
    const fitting = new Fitting(this, this.#status, this.#refresher);
    registerCommands(this, { audit, fitting });
    const background = [
      this.documents,
      this.#diagnostics,
      this.#refresher,
      this.#watcher,
      this.#host,
    ];
    registerCustomRequests(this, {
      status: () => this.#status.current(),
      audit,
      fitting,
      encoders: {
        list: () => listEncoders(composition.encoders, this.#liveOptions().encoder),
        attempt: (folder) => {
          const { encoderPrecision: precision, threads } = this.#settings;
          return composition.encoders.attempt(
            { path: folder, ...(precision !== 'auto' && { precision }) },
            threads > 0 ? threads : undefined,
          );
        },
        measure: (folder, signal) => {
          const { encoderPrecision: precision } = this.#settings;
          const { cachePath, threads } = this.#liveOptions();
          const encoder =
            folder === ''
              ? undefined
              : { path: folder, ...(precision !== 'auto' && { precision }) };
          const run = composition.encoders.run;
          return measureEncoder(this.#folders, { encoder, cachePath, threads }, run, signal);
        },
      },
      background,
    });
  }

  get live(): LiveWorkspace {
    return this.#host.live;
  }

  get settings(): Settings {
    return this.#settings;
  }

  recordOwnWrite(file: string): Promise<void> {
    return this.#watcher.recordOwnWrite(file);
  }

  /** After `initialized`: reads the settings, registers for notifications and starts the first audit. */
  async start(): Promise<void> {
    const { connection, client } = this;
    if (client.workspaceFolders) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const paths = (folders: typeof added) =>
          folders.flatMap(({ uri }) => this.uris.toPath(uri) ?? []);
        const gone = paths(removed);
        this.#folders = [...this.#folders.filter((f) => !gone.includes(f)), ...paths(added)];
        this.#refresher.stop();
        this.#refreshSoon();
      });
    }
    connection.onDidChangeConfiguration(({ settings }: { settings: unknown }) => {
      this.#configure(settings).catch((error: unknown) => this.log.error(describeError(error)));
    });
    connection.onNotification(CLIENT_NOTIFICATIONS.trusted.method, () => {
      this.#trusted = true;
      this.#configure(undefined).catch((error: unknown) => this.log.error(describeError(error)));
    });
    if (client.configurationChanges) {
      await connection.client.register(DidChangeConfigurationNotification.type, {
        section: 'pairlens',
      });
    }
    await this.#watcher.register();
    await this.#configure(undefined, false);
    this.#refreshSoon();
  }

  async close(): Promise<void> {
    this.#refresher.stop();
    this.#watcher.dispose();
    this.#status.dispose();
    await this.#host.close();
  }

  #changed({ findings, paths }: LiveChange): void {
    this.#diagnostics.publishSoon();
    this.#status.changed();
    refreshInlayHints(this);
    const { method } = NOTIFICATIONS.changed;
    const uris = paths.map((file) => this.uris.toUri(file));
    void this.connection.sendNotification(method, { findings, uris });
  }

  #refreshSoon(): void {
    if (!this.#settings.enable) return;
    void this.#refresher.refresh();
  }

  async #audit(rebuild: boolean, signal: AbortSignal): Promise<void> {
    // From the beginning: opening the engine anew takes a moment, in which it may be cancelled too.
    const stop = () => this.#refresher.stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (rebuild) {
        this.#refresher.stop();
        await this.#host.reopen({ ...this.#liveOptions(), rebuild: true });
      }
      if (signal.aborted) this.#status.refreshed(new PairLensError('cancelled', 'Cancelled.'));
      else {
        await this.#refresher.refresh();
        // Files are read from disk; an audit that was asked for also has what was typed.
        await this.documents.whenAllSynced(signal);
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** @param pushed settings of `workspace/didChangeConfiguration`, for clients without `workspace/configuration`. */
  async #configure(pushed: unknown, refresh = true): Promise<void> {
    const sent: unknown = this.client.configuration
      ? await this.connection.workspace.getConfiguration('pairlens')
      : sectionOf(pushed);
    if (sent === undefined) {
      if (refresh) await this.#apply(this.#settings);
      return;
    }
    await this.#apply(this.#read(sent), refresh);
  }

  async #apply(settings: Settings, refresh = true): Promise<void> {
    const before = { options: this.#liveOptions(), settings: this.#settings };
    this.#settings = settings;
    const options = this.#liveOptions();
    const { settings: live } = options;
    if (!isDeepStrictEqual({ ...before.options, settings: live }, options)) {
      this.#refresher.stop();
      await this.#host.reopen(options);
      if (refresh) this.#refreshSoon();
    } else if (!isDeepStrictEqual(before.options.settings, live)) {
      this.live.setSettings(live);
      const { rules } = live.dataset;
      // The other settings change how files are read.
      const reads = !isDeepStrictEqual(
        { ...before.options.settings.dataset, rules },
        { ...live.dataset, rules },
      );
      if (reads && refresh) this.#refreshSoon();
    }
    if (settings.enable && !before.settings.enable && refresh) this.#refreshSoon();
    this.#diagnostics.publishSoon();
    refreshInlayHints(this);
  }

  /** Validates settings; warns once about each ignored value. */
  #read(sent: unknown): Settings {
    const { settings, refused } = readSettings(sent, this.#defaults);
    const newlyRefused = refused.filter((name) => !this.#warned.includes(name));
    this.#warned = refused;
    if (newlyRefused.length > 0) {
      const names = newlyRefused.join(', ');
      const message = l10n.t('Settings of the wrong type are not used: {0}.', names);
      this.log.warn(message);
      void this.connection.sendNotification(ShowMessageNotification.type, {
        type: MessageType.Warning,
        message,
      });
    }
    return settings;
  }

  #liveOptions(): LiveOptions {
    const { encoder, encoderPrecision, cachePath, threads } = this.#settings;
    const [base = process.cwd()] = this.#folders;
    // Security: the settings of an untrusted workspace must not choose which models are loaded or where files are written.
    const own = this.#trusted;
    return {
      settings: liveSettings(this.#settings),
      ...(own &&
        encoder !== '' && {
          encoder: {
            path: path.resolve(base, encoder),
            ...(encoderPrecision !== 'auto' && { precision: encoderPrecision }),
          },
        }),
      ...(own && cachePath !== '' && { cachePath: path.resolve(base, cachePath) }),
      ...(threads > 0 && { threads }),
    };
  }
}

/** The client's workspace folders, or the `rootUri` of older clients. */
function foldersOf(params: InitializeParams, uris: Uris): string[] {
  const { workspaceFolders } = params;
  if (workspaceFolders !== null && workspaceFolders !== undefined) {
    return workspaceFolders.flatMap(({ uri }) => uris.toPath(uri) ?? []);
  }
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- clients without workspace folders send only this
  const { rootUri } = params;
  return rootUri === null ? [] : [uris.toPath(rootUri) ?? []].flat();
}

/** Accepts `{ pairlens: {...} }`, as most clients send it, and the section itself. */
function sectionOf(pushed: unknown): unknown {
  return pushed instanceof Object && 'pairlens' in pushed ? pushed.pairlens : pushed;
}

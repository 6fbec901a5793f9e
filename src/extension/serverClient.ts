import * as vscode from 'vscode';
import type * as LanguageClientLibrary from 'vscode-languageclient/node';
import type { z } from 'zod';
import { PairLensError } from '../core/errors.ts';
import { CAPTION_GLOB } from '../protocol/datasetFiles.ts';
import { errorDataSchema } from '../protocol/errorData.ts';
import { CLIENT_COMMANDS } from '../protocol/commands.ts';
import {
  CLIENT_NOTIFICATIONS,
  NOTIFICATIONS,
  type RequestSpec,
  MEMBER_SCHEME,
} from '../protocol/serverApi.ts';
import type { initializationSchema } from '../protocol/settings.ts';
import type { Status } from '../protocol/shapes.ts';
import { setContext } from './contextKeys.ts';
import { FollowedTables } from './followedTables.ts';
import { ownCommand, QuickFixes } from './quickFixes.ts';
import { RestartPolicy } from './restartPolicy.ts';

type LanguageLibrary = typeof LanguageClientLibrary;
type ErrorHandler = LanguageClientLibrary.ErrorHandler;
type CloseHandlerResult = LanguageClientLibrary.CloseHandlerResult;
type LanguageClient = LanguageClientLibrary.LanguageClient;

type Token = vscode.CancellationToken;

const NO_FINDINGS = { error: 0, warning: 0, info: 0, hint: 0 } as const;
const IDLE: Status = { state: 'starting', counts: NO_FINDINGS, datasets: [] };

type MapProgress = z.output<(typeof NOTIFICATIONS)['mapProgress']['params']>;
export type Change = z.output<(typeof NOTIFICATIONS)['changed']['params']>;

/** Starts the language server process, sends validated requests and forwards its notifications. */
export class ServerClient implements vscode.Disposable {
  readonly fixes = new QuickFixes();
  readonly #context: vscode.ExtensionContext;
  readonly #log: vscode.LogOutputChannel;
  readonly #restarts = new RestartPolicy();
  readonly #statusChanged = new vscode.EventEmitter<Status>();
  readonly #changed = new vscode.EventEmitter<Change>();
  readonly #mapProgress = new vscode.EventEmitter<MapProgress>();
  readonly #tables = new FollowedTables();
  readonly #subscriptions: vscode.Disposable;
  #client: LanguageClient | undefined;
  #starting: Promise<void> | undefined;
  #status: Status | undefined;
  /** Names the work in progress to the server. */
  #work: LanguageClientLibrary.ProgressToken | undefined;

  readonly onStatus = this.#statusChanged.event;
  /** Findings, scores or neighbours may have changed. */
  readonly onChange = this.#changed.event;
  readonly onMapProgress = this.#mapProgress.event;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel) {
    this.#context = context;
    this.#log = log;
    setContext('pairlens.state', 'off');
    this.#subscriptions = vscode.Disposable.from(
      this.#statusChanged,
      this.#changed,
      this.#tables,
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        void this.#client?.sendNotification(CLIENT_NOTIFICATIONS.trusted.method, {});
      }),
    );
  }

  /** Undefined until the server is first started. */
  get status(): Status | undefined {
    return this.#status;
  }

  /** Starts the server unless it runs; concurrent calls share one start. Failures are shown, not thrown. */
  start(): Promise<void> {
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      this.#fail(error);
    });
    return this.#starting;
  }

  /**
   * Sends a request, after starting the server if necessary.
   * @throws PairLensError of the server, `cancelled`, or `internal` if the server cannot run.
   */
  async request<P extends z.ZodType, R extends z.ZodType>(
    spec: RequestSpec<P, R>,
    params: z.input<P>,
    token?: Token,
  ): Promise<z.output<R>> {
    return spec.result.parse(await this.forward(spec.method, params, token));
  }

  /** As `request`, but returns the answer unparsed, for the webview to parse. */
  async forward(method: string, params: unknown, token?: Token): Promise<unknown> {
    await this.start();
    const client = this.#client;
    if (client?.isRunning() !== true) {
      throw new PairLensError('internal', vscode.l10n.t('The PairLens server is not running.'), {
        remedy: vscode.l10n.t('Run "PairLens: Restart Server", or look into the log.'),
      });
    }
    try {
      // An explicit `undefined` would be sent as a second parameter.
      return await (token === undefined
        ? client.sendRequest(method, params)
        : client.sendRequest(method, params, token));
    } catch (error) {
      throw token?.isCancellationRequested === true
        ? new PairLensError('cancelled', 'Cancelled.')
        : asPairLensError(error);
    }
  }

  /** Stops the audit that is running; what was encoded is kept. */
  async stopAudit(): Promise<void> {
    const token = this.#work;
    if (token === undefined) return;
    await this.#client?.sendNotification('window/workDoneProgress/cancel', { token });
  }

  get running(): boolean {
    return this.#client?.isRunning() === true;
  }

  /** Stops the server, if it runs, and starts a new one. */
  async restart(): Promise<void> {
    this.#restarts.reset();
    const client = this.#client;
    this.#client = undefined;
    this.#starting = undefined;
    await client?.dispose().catch((error: unknown) => this.#log.warn(String(error)));
    await this.start();
  }

  dispose(): void {
    this.#subscriptions.dispose();
    void this.#client?.dispose().catch(() => undefined);
  }

  async #start(): Promise<void> {
    this.#show(IDLE);
    // Half of the extension's size: imported only when there is a dataset.
    const library = await import('vscode-languageclient/node');
    const { LanguageClient, RevealOutputChannelOn, TransportKind } = library;
    const module = this.#context.asAbsolutePath('dist/server/main.js');
    const client = new LanguageClient(
      'pairlens',
      'PairLens',
      { module, transport: TransportKind.ipc },
      {
        documentSelector: [
          // By extension, not by language ID: the server decides which of these files belong to a dataset.
          { scheme: 'file', pattern: CAPTION_GLOB },
          { scheme: MEMBER_SCHEME },
        ],
        outputChannel: this.#log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationOptions: () =>
          ({
            locale: vscode.env.language,
            trusted: vscode.workspace.isTrusted,
            commandLinks: true,
            opensMembers: true,
          }) satisfies z.input<typeof initializationSchema>,
        markdown: {
          isTrusted: {
            enabledCommands: Object.values(CLIENT_COMMANDS).map(({ command }) => command),
          },
        },
        errorHandler: this.#errorHandler(library),
        middleware: {
          provideCodeActions: async (document, range, asked, token, next) => {
            const actions = await next(document, range, asked, token);
            this.fixes.offered(actions ?? []);
            return actions;
          },
          resolveCodeAction: async (action, token, next) => {
            const resolved = await next(action, token);
            return resolved ? this.fixes.picked(action, resolved) : undefined;
          },
          // The entry in the status bar shows the same progress.
          handleWorkDoneProgress: (token, { kind }) => {
            this.#work = kind === 'end' ? undefined : token;
          },
          executeCommand: (command, args: unknown[], next): unknown =>
            ownCommand(command, args) ?? next(command, args),
          workspace: {
            willRenameFiles: (event, next) => this.#following(next(event)),
            willDeleteFiles: (event, next) => this.#following(next(event)),
          },
        },
      },
    );
    this.#client = client;
    client.onNotification(NOTIFICATIONS.status.method, (params: unknown) => {
      const status = NOTIFICATIONS.status.params.safeParse(params);
      if (status.success) this.#show(status.data);
      else this.#log.warn(`Unexpected status of the server: ${status.error.message}`);
    });
    client.onNotification(NOTIFICATIONS.changed.method, (params: unknown) => {
      const change = NOTIFICATIONS.changed.params.safeParse(params);
      if (change.success) this.#changed.fire(change.data);
      else this.#log.warn(`Invalid change notification of the server: ${change.error.message}`);
    });
    client.onNotification(NOTIFICATIONS.mapProgress.method, (params: unknown) => {
      const progress = NOTIFICATIONS.mapProgress.params.safeParse(params);
      if (progress.success) this.#mapProgress.fire(progress.data);
    });
    await client.start();
  }

  /** The edit by which captions follow their images; the tables in it are saved afterwards. */
  async #following(
    edit: Thenable<vscode.WorkspaceEdit | null | undefined>,
  ): Promise<vscode.WorkspaceEdit | null | undefined> {
    const made = await edit;
    if (made) await this.#tables.expect(made);
    return made;
  }

  #errorHandler({ CloseAction, ErrorAction }: LanguageLibrary): ErrorHandler {
    return {
      error: () => ({ action: ErrorAction.Continue }),
      closed: (): CloseHandlerResult => {
        const again = this.#restarts.mayRestart(Date.now());
        if (again) {
          this.#log.warn('The language server ended unexpectedly and is started again.');
          this.#show(IDLE);
          void this.#offerLog(
            vscode.window.showWarningMessage(
              vscode.l10n.t(
                'The PairLens server stopped and was started again. Nothing you typed is lost.',
              ),
              vscode.l10n.t('Show Log'),
            ),
          );
          return { action: CloseAction.Restart, handled: true };
        }
        this.#fail(
          new PairLensError(
            'internal',
            vscode.l10n.t(
              'The PairLens server stopped several times in a row and is not started again. Your files are untouched.',
            ),
          ),
        );
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
  }

  #fail(error: unknown): void {
    const failure = asPairLensError(error);
    this.#log.error(failure);
    const { message, remedy } = failure;
    this.#show({
      ...IDLE,
      state: 'failed',
      error: { message, ...(remedy !== undefined && { remedy }) },
    });
    const restart = vscode.l10n.t('Restart');
    void this.#offerLog(
      vscode.window.showErrorMessage(
        message.includes('PairLens') ? message : `PairLens: ${message}`,
        vscode.l10n.t('Show Log'),
        restart,
      ),
      restart,
    );
  }

  async #offerLog(asked: Thenable<string | undefined>, restart?: string): Promise<void> {
    const answer = await asked;
    if (answer === undefined) return;
    if (answer === restart) await this.restart();
    else this.#log.show();
  }

  #show(status: Status): void {
    this.#status = status;
    setContext('pairlens.state', status.state);
    setContext('pairlens.hasDataset', status.datasets.length > 0);
    setContext(
      'pairlens.hasFit',
      status.datasets.some((dataset) => dataset.fit !== undefined),
    );
    setContext('pairlens.hasUnread', (status.unread ?? 0) > 0);
    setContext('pairlens.hasQuestions', (status.questions ?? 0) > 0);
    this.#statusChanged.fire(status);
  }
}

/** Restores the error data of server errors; wraps other errors. */
function asPairLensError(error: unknown): PairLensError {
  if (error instanceof Error && 'data' in error) {
    const data = errorDataSchema.safeParse(error.data);
    if (data.success) {
      const { code, message, remedy, path } = data.data;
      return PairLensError.fromData({
        code,
        message,
        ...(remedy !== undefined && { remedy }),
        ...(path !== undefined && { path }),
      });
    }
  }
  return PairLensError.from(error);
}

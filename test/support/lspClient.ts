import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import {
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  InitializeRequest,
  InitializedNotification,
  StreamMessageReader,
  StreamMessageWriter,
  type ClientCapabilities,
  type Diagnostic,
  type FileEvent,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type TextDocumentContentChangeEvent,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import type { z } from 'zod';
import { NOTIFICATIONS, REQUESTS } from '../../src/protocol/serverApi.ts';
import type { Status } from '../../src/protocol/shapes.ts';
import { ROOT } from './product.ts';

export const SERVER = [path.join(ROOT, 'dist/server/main.js'), '--stdio'];
export const CLI_SERVER = [path.join(ROOT, 'dist/cli/main.js'), 'lsp', '--stdio'];

/** As VS Code says of itself, as far as our server cares. */
export const EDITOR: ClientCapabilities = {
  workspace: {
    configuration: true,
    workspaceFolders: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true, resourceOperations: ['create', 'rename', 'delete'] },
    inlayHint: { refreshSupport: true },
  },
  textDocument: {
    hover: { contentFormat: ['markdown', 'plaintext'] },
    publishDiagnostics: { relatedInformation: true },
  },
  window: { workDoneProgress: true },
};

export interface ClientOptions {
  readonly folders: readonly string[];
  /** Of the cache; every test server has one of its own unless it is said otherwise. */
  readonly cache: string;
  readonly command?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly initializationOptions?: Readonly<Record<string, unknown>>;
  readonly capabilities?: ClientCapabilities;
  readonly env?: NodeJS.ProcessEnv;
}

type Requests = typeof REQUESTS;

/** An editor without a screen: a real LSP client over a server process of its own. */
export class LspClient {
  readonly process: ChildProcess;
  readonly connection: ProtocolConnection;
  /** By URI, as last published. */
  readonly diagnostics = new Map<string, PublishDiagnosticsParams>();
  readonly messages: string[] = [];
  readonly logs: string[] = [];
  readonly registrations: string[] = [];
  readonly progress: { readonly token: string | number; readonly value: unknown }[] = [];
  readonly documents = new Map<string, TextDocument>();
  readonly exited: Promise<number | null>;
  publications = 0;
  inlayRefreshes = 0;
  stderr = '';
  status: Status | undefined;
  /** Every status told, in order. */
  readonly statuses: Status[] = [];
  settings: Readonly<Record<string, unknown>>;
  #waiting: (() => void)[] = [];

  private constructor(options: ClientOptions) {
    this.settings = options.settings ?? {};
    this.process = spawn(process.execPath, [...(options.command ?? SERVER)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, PAIRLENS_CACHE: options.cache, ...options.env },
    });
    this.exited = new Promise((resolve) => this.process.on('close', resolve));
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    const { stdin, stdout } = this.process;
    if (stdin === null || stdout === null) throw new Error('no pipes');
    stdin.on('error', () => undefined);
    this.connection = createProtocolConnection(
      new StreamMessageReader(stdout),
      new StreamMessageWriter(stdin),
    );
    this.#listen();
  }

  /** Starts a server, shakes hands, and says which folders are open. */
  static async start(options: ClientOptions): Promise<LspClient> {
    const client = new LspClient(options);
    await client.connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the type demands it
      rootUri: null,
      capabilities: options.capabilities ?? EDITOR,
      workspaceFolders: options.folders.map((folder) => ({
        uri: uriOf(folder),
        name: path.basename(folder),
      })),
      initializationOptions: options.initializationOptions ?? { commandLinks: true },
    });
    await client.connection.sendNotification(InitializedNotification.type, {});
    return client;
  }

  /** @throws ZodError where the answer is not what the protocol says. */
  async request<N extends keyof Requests>(
    name: N,
    params: z.input<Requests[N]['params']>,
  ): Promise<z.output<Requests[N]['result']>> {
    const { method, result } = REQUESTS[name];
    return result.parse(await this.connection.sendRequest(method, params)) as z.output<
      Requests[N]['result']
    >;
  }

  /** Resolves once `holds`, which is asked again after every message of the server. */
  async until(holds: () => boolean, what: string, seconds = 60): Promise<void> {
    const deadline = performance.now() + seconds * 1000;
    while (!holds()) {
      const left = deadline - performance.now();
      if (left <= 0) {
        throw new Error(
          `Waited ${seconds} s for: ${what}.\n${JSON.stringify(this.status)}\n${this.logs.join('\n')}\n${this.stderr}`,
        );
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 1000));
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  ready(seconds = 90): Promise<void> {
    return this.until(() => this.status?.state === 'ready', 'the audit', seconds);
  }

  of(file: string): readonly Diagnostic[] {
    return this.diagnostics.get(uriOf(file))?.diagnostics ?? [];
  }

  codes(file: string): string[] {
    return this.of(file).map(({ code }) => String(code));
  }

  async open(file: string, text: string, languageId = 'plaintext'): Promise<void> {
    const uri = uriOf(file);
    this.documents.set(uri, TextDocument.create(uri, languageId, 1, text));
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId, version: 1, text },
    });
  }

  /** Replaces the whole text, or sends the given changes. Returns the new version. */
  async change(file: string, change: string | TextDocumentContentChangeEvent[]): Promise<number> {
    const uri = uriOf(file);
    const before = this.documents.get(uri);
    if (before === undefined) throw new Error(`${file} is not open`);
    const version = before.version + 1;
    const contentChanges = typeof change === 'string' ? [{ text: change }] : change;
    const sent = this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges,
    });
    // While the server is at it: what a large document costs this client is not the server's.
    this.documents.set(uri, TextDocument.update(before, contentChanges, version));
    await sent;
    return version;
  }

  async close(file: string): Promise<void> {
    const uri = uriOf(file);
    this.documents.delete(uri);
    await this.connection.sendNotification(DidCloseTextDocumentNotification.type, {
      textDocument: { uri },
    });
  }

  text(file: string): string {
    return this.documents.get(uriOf(file))?.getText() ?? '';
  }

  /** Waits for diagnostics of exactly this version. */
  published(file: string, version: number, seconds = 30): Promise<void> {
    const uri = uriOf(file);
    const what = `diagnostics of version ${version} of ${file}`;
    return this.until(() => this.diagnostics.get(uri)?.version === version, what, seconds);
  }

  /** Applies an edit to the open documents as an editor does; versions must be right. */
  async apply(edit: WorkspaceEdit): Promise<string[]> {
    const created: string[] = [];
    for (const change of edit.documentChanges ?? []) {
      if ('kind' in change) {
        if (change.kind !== 'create') throw new Error(`unexpected ${change.kind}`);
        created.push(change.uri);
        continue;
      }
      const { uri, version } = change.textDocument;
      const document = this.documents.get(uri);
      if (document === undefined) throw new Error(`${uri} is not open`);
      if (version !== null && version !== document.version) throw new Error('stale edit');
      // Backwards, so that earlier ranges stay true.
      const edits = [...(change.edits as TextEdit[])].sort(
        (a, b) => document.offsetAt(b.range.start) - document.offsetAt(a.range.start),
      );
      const changes = edits.map(({ range, newText }) => ({ range, text: newText }));
      await this.change(fileOf(uri), changes);
    }
    return created;
  }

  async watched(...changes: FileEvent[]): Promise<void> {
    await this.connection.sendNotification(DidChangeWatchedFilesNotification.type, { changes });
  }

  /** Says goodbye; resolves with the exit status. */
  async stop(): Promise<number | null> {
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    const status = await this.exited;
    this.connection.dispose();
    return status;
  }

  #listen(): void {
    const { connection } = this;
    const heard = () => {
      for (const resume of this.#waiting.splice(0)) resume();
    };
    connection.onNotification('textDocument/publishDiagnostics', (p: PublishDiagnosticsParams) => {
      this.publications += 1;
      this.diagnostics.set(p.uri, p);
      heard();
    });
    connection.onNotification(NOTIFICATIONS.status.method, (sent: unknown) => {
      this.status = NOTIFICATIONS.status.params.parse(sent);
      this.statuses.push(this.status);
      heard();
    });
    connection.onNotification(NOTIFICATIONS.changed.method, (sent: unknown) => {
      NOTIFICATIONS.changed.params.parse(sent);
      heard();
    });
    connection.onNotification('window/showMessage', ({ message }: { message: string }) => {
      this.messages.push(message);
      heard();
    });
    connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      this.logs.push(message);
      heard();
    });
    connection.onNotification('$/progress', (p: { token: string; value: unknown }) => {
      this.progress.push(p);
      heard();
    });
    connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) =>
      items.map(() => this.settings),
    );
    connection.onRequest(
      'client/registerCapability',
      ({ registrations }: { registrations: { method: string }[] }) => {
        this.registrations.push(...registrations.map(({ method }) => method));
        heard();
        return null;
      },
    );
    connection.onRequest('workspace/inlayHint/refresh', () => {
      this.inlayRefreshes += 1;
      heard();
      return null;
    });
    connection.onRequest('window/workDoneProgress/create', () => null);
    connection.listen();
  }
}

/** As VS Code spells it. */
export function uriOf(file: string): string {
  return URI.file(file).toString();
}

function fileOf(uri: string): string {
  return URI.parse(uri).fsPath;
}

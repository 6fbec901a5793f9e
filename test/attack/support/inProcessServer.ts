import { PassThrough } from 'node:stream';
import {
  createConnection,
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type ClientCapabilities,
  type Diagnostic,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver/node';
import { URI } from 'vscode-uri';
import type { z } from 'zod';
import { nodeFiles } from '../../../src/adapters/nodeFiles.ts';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import { REQUESTS } from '../../../src/protocol/serverApi.ts';
import { startServer } from '../../../src/server/server.ts';
import { ThumbnailCache } from '../../../src/server/features/thumbnailCache.ts';
import { liveMemory } from '../../support/liveMemory.ts';

type Requests = typeof REQUESTS;

/**
 * The language server in this process: protocol, engine and disk are the real ones, only the encoders are stand-ins that
 * read the words which a picture's bytes are. So thousands of lives fit into minutes.
 */
export class InProcessServer {
  readonly connection: ProtocolConnection;
  /** By URI, as last published. */
  readonly diagnostics = new Map<string, readonly Diagnostic[]>();
  readonly logs: string[] = [];

  private constructor(settings: Readonly<Record<string, unknown>>) {
    const toServer = new PassThrough();
    const toClient = new PassThrough();
    const server = createConnection(
      new StreamMessageReader(toServer),
      new StreamMessageWriter(toClient),
    );
    const { ports } = liveMemory('/', {});
    startServer(server, {
      openLive: (options) => {
        const loaded = () => Promise.resolve({ ...ports, files: nodeFiles });
        const live = openWorkspace(nodeFiles, loaded, options.settings);
        return { live, close: () => live.close() };
      },
      thumbnails: new ThumbnailCache(nodeFiles, () => Promise.reject(new Error('No thumbnails.'))),
      files: nodeFiles,
      version: '0.0.0',
      findingsUri: 'https://example.org',
      defaults: {},
      encoders: {
        stored: () => Promise.resolve([]),
        run: () => Promise.reject(new Error('No program is run here.')),
        attempt: () => Promise.reject(new Error('There are no encoders here.')),
      },
      l10nFolder: undefined,
    });
    this.connection = createProtocolConnection(
      new StreamMessageReader(toClient),
      new StreamMessageWriter(toServer),
    );
    this.connection.onNotification(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: PublishDiagnosticsParams) => {
        this.diagnostics.set(uri, diagnostics);
      },
    );
    this.connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      this.logs.push(message);
    });
    this.connection.onRequest('workspace/configuration', () => [settings]);
    this.connection.onRequest('client/registerCapability', () => null);
    this.connection.listen();
  }

  static async start(
    folder: string,
    settings: Readonly<Record<string, unknown>>,
    capabilities: ClientCapabilities,
  ): Promise<InProcessServer> {
    const server = new InProcessServer(settings);
    await server.connection.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities,
      workspaceFolders: [{ uri: uriOf(folder), name: 'set' }],
      initializationOptions: { trusted: true },
    });
    await server.notify('initialized', {});
    await server.request('audit', {});
    await server.idle();
    return server;
  }

  request<N extends keyof Requests>(
    name: N,
    params: z.input<Requests[N]['params']>,
  ): Promise<z.output<Requests[N]['result']>> {
    return this.connection.sendRequest(REQUESTS[name].method, params);
  }

  notify(method: string, params: unknown): Promise<void> {
    return this.connection.sendNotification(method, params);
  }

  /** Resolves once everything that was sent is taken in. */
  async idle(): Promise<void> {
    await this.request('idle', {});
  }

  async stop(): Promise<void> {
    await this.connection.sendRequest('shutdown');
    this.connection.dispose();
  }
}

export const uriOf = (file: string): string => URI.file(file).toString();
export const fileOf = (uri: string): string => URI.parse(uri).fsPath;

import {
  CodeActionKind,
  ErrorCodes,
  ResponseError,
  TextDocumentSyncKind,
  type Connection,
  type ServerCapabilities,
} from 'vscode-languageserver/node';
import { SERVER_COMMANDS } from '../protocol/commands.ts';
import { FOLLOWED } from './features/fileOperations.ts';
import { clientFacts } from './clientCapabilities.ts';
import { initialOptions } from './initialOptions.ts';
import { useLanguage } from './localize.ts';
import { describeError, serverLog } from './serverLog.ts';
import { Session, type Composition } from './session.ts';

const CAPABILITIES: ServerCapabilities = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
  hoverProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix], resolveProvider: true },
  inlayHintProvider: true,
  completionProvider: { triggerCharacters: [','] },
  executeCommandProvider: { commands: Object.values(SERVER_COMMANDS) },
  workspace: {
    workspaceFolders: { supported: true, changeNotifications: true },
    fileOperations: { willRename: FOLLOWED, willDelete: FOLLOWED },
  },
};

/** Serves one client until it sends `exit` or the connection closes. */
export function startServer(connection: Connection, composition: Composition): void {
  const log = serverLog(connection);
  let session: Session | undefined;
  keepRunning(log);
  connection.onInitialize((params) => {
    // A second `initialize` would replace the running session.
    if (session !== undefined) {
      throw new ResponseError(ErrorCodes.InvalidRequest, 'The server is initialized already.');
    }
    const options = initialOptions(params.initializationOptions);
    useLanguage(options.locale ?? params.locale, composition.l10nFolder);
    const client = clientFacts(params, options);
    session = new Session(connection, log, composition, client, params, options);
    return {
      capabilities: CAPABILITIES,
      serverInfo: { name: 'PairLens', version: composition.version },
    };
  });
  connection.onInitialized(() => {
    session?.start().catch((error: unknown) => log.error(describeError(error)));
  });
  connection.onShutdown(async () => {
    await session?.close();
  });
  connection.listen();
}

/** Logs uncaught errors instead of exiting, so that the user keeps the diagnostics. */
function keepRunning(log: ReturnType<typeof serverLog>): void {
  const report = (error: unknown) => {
    log.error(
      `PairLens made a mistake and goes on. Restart the language server if something looks wrong, and report this: ${describeError(error)}`,
    );
  };
  process.on('unhandledRejection', report);
  process.on('uncaughtException', report);
}

import { createConnection } from 'vscode-languageserver/node';
import { compose } from '../server/composeServer.ts';
import { startServer } from '../server/server.ts';
import type { GlobalOptions } from './options.ts';

/**
 * Runs the language server until the client ends it, and with it the process: it never returns. The options stand in
 * for settings that the client does not send.
 */
export function lspCommand(options: GlobalOptions): Promise<never> {
  const { cache, model, threads, captionsPerFile } = options;
  const defaults = {
    ...(cache !== undefined && { cachePath: cache }),
    ...(model !== undefined && { modelPath: model }),
    ...(threads !== undefined && { threads }),
    ...(captionsPerFile !== undefined && { captionsPerFile }),
  };
  // It finds --stdio among the arguments of the process.
  startServer(createConnection(), compose(defaults));
  return new Promise(() => undefined);
}

import { createConnection } from 'vscode-languageserver/node';
import { compose } from '../server/composeServer.ts';
import { startServer } from '../server/server.ts';
import type { GlobalOptions } from './options.ts';

/**
 * Runs the language server until the client ends it. Never resolves: the server ends the process. The options are the
 * defaults of settings that the client does not send.
 */
export function lspCommand(options: GlobalOptions): Promise<never> {
  const { cache, encoder, precision, threads, captionsPerFile, trainer, triggerWords } = options;
  const defaults = {
    ...(cache !== undefined && { cachePath: cache }),
    ...(encoder !== undefined && { encoder }),
    ...(precision !== undefined && { encoderPrecision: precision }),
    ...(threads !== undefined && { threads }),
    ...(captionsPerFile !== undefined && { captionsPerFile }),
    ...(trainer !== undefined && { trainer }),
    ...(triggerWords !== undefined && { triggerWords: [...triggerWords] }),
  };
  // createConnection reads --stdio from process.argv.
  startServer(createConnection(), compose(defaults));
  return new Promise(() => undefined);
}

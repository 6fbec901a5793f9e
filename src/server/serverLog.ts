import type { Connection } from 'vscode-languageserver/node';
import { PairLensError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { visibleLines } from '../core/text/visibleText.ts';

/** Writes to the client's log: "Output" in VS Code, `:LspLog` in Neovim. */
export function serverLog(connection: Connection): Log {
  const { console } = connection;
  return {
    debug: (message) => {
      if (process.env['PAIRLENS_DEBUG'] === '1') console.debug(visibleLines(message));
    },
    info: (message) => console.info(visibleLines(message)),
    warn: (message) => console.warn(visibleLines(message)),
    error: (message) => console.error(visibleLines(message)),
  };
}

/** Message and remedy on one line; internal errors with their stack. */
export function describeError(error: unknown): string {
  const known = PairLensError.from(error);
  const text = [known.message, known.remedy].filter((part) => part !== undefined).join(' ');
  if (known.code !== 'internal') return text;
  const { cause } = known;
  return cause instanceof Error && cause.stack !== undefined ? `${text}\n${cause.stack}` : text;
}

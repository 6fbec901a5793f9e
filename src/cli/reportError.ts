import { PairLensError } from '../core/errors.ts';
import { visibleText } from '../core/text/visibleText.ts';
import type { Log } from '../core/ports.ts';

/** Logs message, file and remedy of an error; the stack only if PAIRLENS_DEBUG is set. */
export function reportError(error: unknown, log: Log): void {
  const known = PairLensError.from(error);
  const lines = [visibleText(known.message)];
  if (known.path !== undefined && !known.message.includes(visibleText(known.path))) {
    lines.push(`  file: ${visibleText(known.path)}`);
  }
  if (known.remedy !== undefined) lines.push(`  what to do: ${visibleText(known.remedy)}`);
  else if (known.code === 'internal') {
    lines.push('  what to do: run it again with PAIRLENS_DEBUG=1 and report what it prints.');
  }
  log.error(lines.join('\n'));
  if (process.env['PAIRLENS_DEBUG'] && error instanceof Error) {
    log.debug(error.stack ?? error.message);
    if (error.cause instanceof Error) log.debug(`caused by ${error.cause.stack ?? ''}`);
  }
}

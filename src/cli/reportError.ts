import { PairLensError } from '../core/errors.ts';
import { visibleText } from '../core/text/visibleText.ts';
import type { Log } from '../core/ports.ts';

/** Tells what happened, to which file and what to do; the stack only where PAIRLENS_DEBUG asks for it. */
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

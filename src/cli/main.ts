#!/usr/bin/env node
import { CommanderError } from '@commander-js/extra-typings';
import { PairLensError } from '../core/errors.ts';
import { listenForInterrupts } from './interrupts.ts';
import { packageFacts } from '../packageFacts.ts';
import { createProgram } from './program.ts';
import { reportError } from './reportError.ts';
import { Terminal } from './terminal.ts';

/** Exit status of a failed run. */
const COULD_NOT_RUN = 2;

async function main(): Promise<number> {
  const facts = packageFacts();
  let status = 0;
  const program = createProgram(facts.version, async (globals, work) => {
    const terminal = new Terminal({ quiet: globals.quiet === true, color: globals.color });
    const interrupts = listenForInterrupts(terminal.log);
    try {
      status = await work({ terminal, signal: interrupts.signal, globals, ...facts });
    } catch (error) {
      const stopped = interrupts.status();
      if (stopped === undefined || !PairLensError.is(error, 'cancelled')) {
        reportError(error, terminal.log);
      }
      status = stopped ?? COULD_NOT_RUN;
    } finally {
      terminal.done();
      interrupts.dispose();
    }
  });
  try {
    await program.parseAsync();
  } catch (error) {
    // Commander has printed the error. --help and --version have exit code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : COULD_NOT_RUN;
    reportError(error, new Terminal({ quiet: true, color: false }).log);
    return COULD_NOT_RUN;
  }
  return status;
}

process.exitCode = await main();

import type { ReadOnlyCounts } from '../core/dataset/readOnly.ts';
import { PairLensError } from '../core/errors.ts';
import { shorten, visibleText } from '../core/text/visibleText.ts';
import { diffOf, type FileChange } from '../engine/editing/fileChange.ts';
import {
  applyChanges,
  stoppedRun,
  type StoppedRun,
  takeBackRun,
} from '../engine/editing/fixRun.ts';
import type { CommandContext } from './commandContext.ts';
import { fixPorts } from './composeCli.ts';
import { number } from './progressLine.ts';

/*
 * Runs that change files: shown as a unified diff, or written all or none, with a journal for `pairlens fix --undo`.
 */

/** Reports a run that was stopped in the middle; takes it back before another one writes. */
export async function afterStoppedRun(
  root: string,
  writes: boolean,
  { terminal }: CommandContext,
): Promise<void> {
  const stopped = await stoppedRun(root, fixPorts);
  if (stopped === undefined) return;
  terminal.log.warn(stoppedText(stopped));
  if (!writes) {
    terminal.log.warn('pairlens fix DIR --undo takes it back; so does --write before it begins.');
    return;
  }
  if (!stopped.gone) {
    throw new PairLensError('write-failed', 'The earlier run may still be at work elsewhere.', {
      path: root,
      remedy: 'If it is not, take it back with pairlens fix DIR --undo.',
    });
  }
  await takeBackRun(root, fixPorts);
  terminal.log.warn(`It was taken back: ${counted(stopped.changed, 'file')} as before.`);
}

function stoppedText({ journal, changed, unchanged }: StoppedRun): string {
  return `The run of ${journal.head.started} was stopped: ${counted(changed, 'file')} changed, ${number(unchanged)} not.`;
}

/** What a run does. */
export interface ChangeRun {
  readonly root: string;
  readonly changes: readonly FileChange[];
  /** Names for the journal. */
  readonly names: readonly string[];
  /** For the note behind the number of files. */
  readonly what: string;
}

/** Writes the changes and prints the files; without `write` prints a unified diff. */
export async function writeOrPrint(
  run: ChangeRun,
  write: boolean,
  context: CommandContext,
): Promise<void> {
  await (write ? writeChanges(run, context) : printDiff(run, context));
}

async function writeChanges(
  { root, changes, names, what }: ChangeRun,
  { terminal }: CommandContext,
): Promise<void> {
  if (changes.length > 0) {
    const facts = { rules: [...names], started: new Date().toISOString() };
    await applyChanges(root, changes, facts, fixPorts);
  }
  await terminal.print(changes.map((change) => `${changedText(change)}\n`).join(''));
  terminal.log.info(
    `${counted(changes.length, 'file')} changed, ${what}.${changes.length > 0 ? ' pairlens fix DIR --undo takes it back.' : ''}`,
  );
}

async function printDiff(
  { changes, what }: ChangeRun,
  { terminal }: CommandContext,
): Promise<void> {
  for (const change of changes) {
    const diff = diffOf(change);
    await terminal.print(process.stdout.isTTY ? forReading(diff, terminal) : diff);
  }
  terminal.log.info(
    `${counted(changes.length, 'file')} would change, ${what}.${changes.length > 0 ? ' --write applies it.' : ''}`,
  );
}

function changedText(change: FileChange): string {
  return change.kind === 'rename'
    ? `${visibleText(change.from)} -> ${visibleText(change.to)}`
    : visibleText(change.file);
}

/** Longest line of a diff on a terminal; a file that is piped has all. */
const LINE_CHARACTERS = 500;

function forReading(diff: string, { colors }: CommandContext['terminal']): string {
  const colour = (line: string): string => {
    const text = visibleText(shorten(line, LINE_CHARACTERS));
    if (/^(?:---|\+\+\+|diff )/u.test(line)) return colors.bold(text);
    if (line.startsWith('@@')) return colors.cyan(text);
    if (line.startsWith('-')) return colors.red(text);
    return line.startsWith('+') ? colors.green(text) : text;
  };
  return diff.split('\n').map(colour).join('\n');
}

export function counted(count: number, what: string): string {
  const many = what.endsWith('x') ? `${what}es` : `${what}s`;
  return `${number(count)} ${count === 1 ? what : many}`;
}

/** What stays as it is because its captions are not edited: a line for each reason. @param what one of them: "finding" */
export function readOnlyLines(
  { archive, 'file-name': named }: Readonly<ReadOnlyCounts>,
  what: string,
): string[] {
  return [
    ...(archive > 0
      ? [`${counted(archive, what)} inside archives, which PairLens does not change.`]
      : []),
    ...(named > 0
      ? [`${counted(named, what)} in names of files: rename the files to change them.`]
      : []),
  ];
}

import type { RuleCode } from '../core/audit/rule.ts';
import { PairLensError } from '../core/errors.ts';
import { shorten, visibleText } from '../core/text/visibleText.ts';
import { planFolder } from '../engine/batch/fixFolder.ts';
import { diffOf, type FileChange } from '../engine/editing/fileChange.ts';
import {
  applyChanges,
  stoppedRun,
  type StoppedRun,
  takeBackRun,
} from '../engine/editing/fixRun.ts';
import { NotedReads } from '../engine/editing/notedReads.ts';
import type { FixPlan } from '../engine/editing/planFixes.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { fixPorts, openWorkspace } from './composeCli.ts';
import { number } from './progressLine.ts';

export interface FixCommandOptions {
  readonly rule?: readonly RuleCode[] | undefined;
  readonly suggestions?: 'likely' | 'first' | undefined;
  readonly write?: true | undefined;
  readonly undo?: true | undefined;
}

/** `pairlens fix`: prints the fixes of findings as a unified diff, or applies them. */
export async function fixCommand(
  folder: string,
  options: FixCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { rule, suggestions, write, undo } = options;
  if (undo === true && (write === true || rule !== undefined || suggestions !== undefined)) {
    throw new PairLensError('invalid-argument', '--undo goes with no other option of fix.', {
      remedy: 'Take the last run back first: pairlens fix DIR --undo.',
    });
  }
  const root = await existingFolder(folder);
  if (undo === true) return takeBack(root, context);
  await afterStoppedRun(root, write === true, context);
  const reads = new NotedReads(fixPorts.files);
  const workspace = await openWorkspace(context, {}, reads.files);
  let plan: FixPlan;
  try {
    const facts = {
      version: context.version,
      wanted: { rules: rule && new Set(rule), suggestions },
    };
    plan = await planFolder(root, workspace, reads, facts, runOptions(context));
  } finally {
    await workspace.close();
  }
  if (write === true) await writeChanges(root, plan, context);
  else await printDiff(plan, context);
  sayWhatIsLeft(plan, context);
  return 0;
}

async function takeBack(root: string, { terminal }: CommandContext): Promise<number> {
  const journal = await takeBackRun(root, fixPorts);
  if (journal === undefined) {
    throw new PairLensError('invalid-argument', 'There is no run to take back.', {
      path: root,
      remedy: 'Give the folder that was given to pairlens fix --write.',
    });
  }
  const files = journal.entries.map((entry) => (entry.kind === 'rename' ? entry.from : entry.file));
  await terminal.print(files.map((file) => `${visibleText(file)}\n`).join(''));
  terminal.log.info(
    `${counted(files.length, 'file')} as before the run of ${journal.head.started}.`,
  );
  return 0;
}

/** Reports a run that was stopped in the middle; takes it back before another one writes. */
async function afterStoppedRun(
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

async function writeChanges(
  root: string,
  { changes, fixed }: FixPlan,
  { terminal }: CommandContext,
): Promise<void> {
  if (changes.length > 0) {
    const facts = { rules: [...fixed.keys()], started: new Date().toISOString() };
    await applyChanges(root, changes, facts, fixPorts);
  }
  await terminal.print(changes.map((change) => `${changedText(change)}\n`).join(''));
  terminal.log.info(
    `${counted(changes.length, 'file')} changed, ${findingsText(fixed)}.${changes.length > 0 ? ' pairlens fix DIR --undo takes it back.' : ''}`,
  );
}

function changedText(change: FileChange): string {
  return change.kind === 'rename'
    ? `${visibleText(change.from)} -> ${visibleText(change.to)}`
    : visibleText(change.file);
}

async function printDiff({ changes, fixed }: FixPlan, { terminal }: CommandContext): Promise<void> {
  for (const change of changes) {
    const diff = diffOf(change);
    await terminal.print(process.stdout.isTTY ? forReading(diff, terminal) : diff);
  }
  terminal.log.info(
    `${counted(changes.length, 'file')} would change, ${findingsText(fixed)}.${changes.length > 0 ? ' --write applies it.' : ''}`,
  );
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

function sayWhatIsLeft({ left, later, archived }: FixPlan, { terminal }: CommandContext): void {
  for (const [code, findings] of left) {
    const how =
      code === 'caption-mismatch'
        ? `--rule ${code} --suggestions likely takes the captions that are likely meant`
        : `--rule ${code} takes them all`;
    terminal.log.info(`${code}: ${counted(findings, 'fix')} left to you; ${how}.`);
  }
  if (archived > 0) {
    terminal.log.info(
      `${counted(archived, 'finding')} inside archives, which PairLens does not change.`,
    );
  }
  if (later > 0) {
    terminal.log.info(
      `${counted(later, 'finding')} in files that another fix changes: run it again.`,
    );
  }
}

function findingsText(fixed: FixPlan['fixed']): string {
  const parts = [...fixed].map(([code, findings]) => `${number(findings)} ${code}`);
  return parts.length === 0 ? 'nothing to fix' : `for ${parts.join(', ')}`;
}

function counted(count: number, what: string): string {
  const many = what.endsWith('x') ? `${what}es` : `${what}s`;
  return `${number(count)} ${count === 1 ? what : many}`;
}

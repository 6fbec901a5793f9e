import type { RuleCode } from '../core/audit/rule.ts';
import { PairLensError } from '../core/errors.ts';
import { visibleText } from '../core/text/visibleText.ts';
import { planFolder } from '../engine/batch/fixFolder.ts';
import { takeBackRun } from '../engine/editing/fixRun.ts';
import { NotedReads } from '../engine/editing/notedReads.ts';
import type { FixPlan } from '../engine/editing/planFixes.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { fixPorts, openWorkspace } from './composeCli.ts';
import { number } from './progressLine.ts';
import { afterStoppedRun, counted, printDiff, writeChanges } from './runChanges.ts';

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
  const workspace = await openWorkspace(context, root, { files: reads.files });
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
  const what = findingsText(plan.fixed);
  if (write === true) {
    await writeChanges(root, plan.changes, { names: [...plan.fixed.keys()], what }, context);
  } else await printDiff(plan.changes, what, context);
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

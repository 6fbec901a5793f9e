import type { RuleCode } from '../core/audit/rule.ts';
import { PairLensError } from '../core/errors.ts';
import { visibleText } from '../core/text/visibleText.ts';
import { auditFolder } from '../engine/batch/auditFolder.ts';
import { planFolder } from '../engine/batch/fixFolder.ts';
import { exactDuplicates } from '../engine/batch/takeOutChanges.ts';
import { takeBackRun } from '../engine/editing/fixRun.ts';
import { NotedReads } from '../engine/editing/notedReads.ts';
import type { FixPlan } from '../engine/editing/planFixes.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { fixPorts, openWorkspace } from './composeCli.ts';
import { number } from './progressLine.ts';
import { afterStoppedRun, counted, readOnlyLines, writeOrPrint } from './runChanges.ts';
import { takeOutRun, targetIn } from './takeOutRun.ts';

export interface FixCommandOptions {
  readonly rule?: readonly RuleCode[] | undefined;
  readonly suggestions?: 'likely' | 'first' | undefined;
  readonly moveTo?: string | undefined;
  readonly write?: true | undefined;
  readonly undo?: true | undefined;
}

/** `pairlens fix`: prints the fixes of findings as a unified diff, or applies them. */
export async function fixCommand(
  folder: string,
  options: FixCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { rule, suggestions, moveTo, write, undo } = options;
  if (undo === true && Object.keys(options).length > 1) {
    throw new PairLensError('invalid-argument', '--undo goes with no other option of fix.', {
      remedy: 'Take the last run back first: pairlens fix DIR --undo.',
    });
  }
  const root = await existingFolder(folder);
  if (undo === true) return takeBack(root, context);
  const target = targetOf(root, options, context);
  await afterStoppedRun(root, write === true, context);
  const reads = new NotedReads(fixPorts.files);
  const workspace = await openWorkspace(context, root, { files: reads.files });
  try {
    const version = { version: context.version };
    if (target !== undefined) {
      const { datasets } = await auditFolder(root, workspace, version, runOptions(context));
      const groups = exactDuplicates(datasets);
      const images = groups.flatMap(({ others }) => others);
      const changes = await takeOutRun(root, images, target, reads, context);
      const what = `for ${counted(groups.length, 'group')} of exact duplicates`;
      const run = { root, changes, names: [DUPLICATES], what };
      await writeOrPrint(run, write === true, context);
      return 0;
    }
    const facts = { ...version, wanted: { rules: rule && new Set(rule), suggestions } };
    const plan = await planFolder(root, workspace, reads, facts, runOptions(context));
    const names = [...plan.fixed.keys()];
    const run = { root, changes: plan.changes, names, what: findingsText(plan.fixed) };
    await writeOrPrint(run, write === true, context);
    sayWhatIsLeft(plan, context);
    if (moveTo === undefined && rule?.includes(DUPLICATES) === true) {
      context.terminal.log.info(`${DUPLICATES}: --move-to FOLDER keeps the best caption of each.`);
    }
    return 0;
  } finally {
    await workspace.close();
  }
}

const DUPLICATES = 'exact-duplicate';

/** The folder that duplicates go to. @throws PairLensError `invalid-argument`. */
function targetOf(
  root: string,
  { rule, moveTo }: FixCommandOptions,
  context: CommandContext,
): string | undefined {
  if (moveTo === undefined) return undefined;
  if (rule?.length === 1 && rule[0] === DUPLICATES) return targetIn(root, moveTo, context);
  throw new PairLensError('invalid-argument', '--move-to goes with one rule only.', {
    remedy: `pairlens fix DIR --rule ${DUPLICATES} --move-to FOLDER; pairlens move takes a query.`,
  });
}

async function takeBack(root: string, { terminal }: CommandContext): Promise<number> {
  const journal = await takeBackRun(root, fixPorts);
  if (journal === undefined) {
    throw new PairLensError('invalid-argument', 'There is no run to take back.', {
      path: root,
      remedy: 'Give the folder that was given to pairlens fix --write or pairlens move --write.',
    });
  }
  const files = journal.entries.map((entry) => (entry.kind === 'rename' ? entry.from : entry.file));
  await terminal.print(files.map((file) => `${visibleText(file)}\n`).join(''));
  terminal.log.info(
    `${counted(files.length, 'file')} as before the run of ${journal.head.started}.`,
  );
  return 0;
}

function sayWhatIsLeft({ left, later, readOnly }: FixPlan, { terminal }: CommandContext): void {
  for (const [code, findings] of left) {
    const how =
      code === 'caption-mismatch'
        ? `--rule ${code} --suggestions likely takes the captions that are likely meant`
        : `--rule ${code} takes them all`;
    terminal.log.info(`${code}: ${counted(findings, 'fix')} left to you; ${how}.`);
  }
  for (const line of readOnlyLines(readOnly, 'finding')) terminal.log.info(line);
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

import { toAbsolute } from '../core/dataset/paths.ts';
import { auditFolder } from '../engine/batch/auditFolder.ts';
import { listPairs } from '../engine/batch/listPairs.ts';
import { NotedReads } from '../engine/editing/notedReads.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { fixPorts, openWorkspace } from './composeCli.ts';
import { queryOf } from './queryOption.ts';
import { afterStoppedRun, counted, writeOrPrint } from './runChanges.ts';
import { takeOutRun, targetIn } from './takeOutRun.ts';

export interface MoveCommandOptions {
  readonly to: string;
  readonly write?: true | undefined;
}

/** `pairlens move`: moves the pairs that a query selects to a folder, or prints what would move. */
export async function moveCommand(
  folder: string,
  text: string,
  { to, write }: MoveCommandOptions,
  context: CommandContext,
): Promise<number> {
  // Before the audit, which may take hours.
  const query = queryOf(text);
  const root = await existingFolder(folder);
  const target = targetIn(root, to, context);
  await afterStoppedRun(root, write === true, context);
  const reads = new NotedReads(fixPorts.files);
  const workspace = await openWorkspace(context, root, { files: reads.files });
  try {
    const facts = { version: context.version };
    const { datasets } = await auditFolder(root, workspace, facts, runOptions(context));
    const selected = await listPairs(root, datasets, query, workspace, runOptions(context));
    const images = [...new Set(selected.map(({ image }) => toAbsolute(root, image)))];
    const changes = await takeOutRun(root, images, target, reads, context);
    const what = `for ${counted(images.length, 'image')} with what belongs to them`;
    await writeOrPrint({ root, changes, names: ['move'], what }, write === true, context);
    return 0;
  } finally {
    await workspace.close();
  }
}

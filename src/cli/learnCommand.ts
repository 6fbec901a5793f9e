import { learntModelBytes } from '../engine/audit/learntModelFile.ts';
import { learnFolder } from '../engine/batch/learnFolder.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { openWorkspace, outputFiles } from './composeCli.ts';
import { number } from './progressLine.ts';

export interface LearnCommandOptions {
  readonly out: string;
  /** Pairs that are learnt from at most. */
  readonly bank: number;
}

/** `pairlens learn`: writes what an audit learns, to judge other pairs by it. */
export async function learnCommand(
  folder: string,
  { out, bank }: LearnCommandOptions,
  context: CommandContext,
): Promise<number> {
  const root = await existingFolder(folder);
  await outputFiles.assertWritable(out);
  const workspace = await openWorkspace(context, root);
  try {
    const model = await learnFolder(root, workspace, bank, runOptions(context));
    await outputFiles.write(out, [learntModelBytes({ encoder: workspace.modelId, model })]);
    const pairs = number(model.bank.imageRow.length);
    context.terminal.log.info(`Learnt from ${pairs} pairs; wrote ${out}.`);
    return 0;
  } finally {
    await workspace.close();
  }
}

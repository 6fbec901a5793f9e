import path from 'node:path';
import { exportEmbeddings } from '../engine/batch/exportEmbeddings.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { openWorkspace, outputFiles } from './composeCli.ts';
import { number } from './progressLine.ts';

/** `pairlens embed`: exports embeddings in the layout of clip-retrieval. */
export async function embedCommand(
  folder: string,
  options: { readonly out: string },
  context: CommandContext,
): Promise<number> {
  const root = await existingFolder(folder);
  await outputFiles.prepareFolder(options.out);
  const workspace = await openWorkspace(context, root);
  try {
    const join = (parent: string, name: string): string => path.join(parent, name);
    const run = runOptions(context);
    const done = await exportEmbeddings(root, options.out, workspace, outputFiles, join, run);
    if (done.left > 0) {
      context.terminal.log.warn(
        `${number(done.left)} pairs were left out because their image or caption cannot be read; \`pairlens audit\` names them.`,
      );
    }
    context.terminal.log.info(
      `Wrote ${number(done.pairs)} pairs of ${done.dimensions} dimensions to ${options.out}.`,
    );
    return 0;
  } finally {
    await workspace.close();
  }
}

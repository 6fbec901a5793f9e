import path from 'node:path';
import { exportEmbeddings } from '../engine/batch/exportEmbeddings.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { openWorkspace, outputFiles, userFiles } from './composeCli.ts';
import { number } from './progressLine.ts';

/** `pairlens embed`: exports embeddings in the layout of clip-retrieval. */
export async function embedCommand(
  folder: string,
  options: { readonly out: string; readonly shardSize: number },
  context: CommandContext,
): Promise<number> {
  const root = await existingFolder(folder);
  await outputFiles.prepareFolder(options.out);
  const workspace = await openWorkspace(context, root);
  try {
    const join = (parent: string, name: string): string => path.join(parent, name);
    const target = { files: userFiles, output: outputFiles, join };
    const run = { ...runOptions(context), shardPairs: options.shardSize };
    const done = await exportEmbeddings(root, path.resolve(options.out), workspace, target, run);
    if (done.left > 0) {
      context.terminal.log.warn(
        `${number(done.left)} pairs were left out because their image or caption cannot be read; \`pairlens audit\` names them.`,
      );
    }
    const kept =
      done.kept > 0
        ? ` Shards kept as they were: ${number(done.kept)} of ${number(done.shards)}.`
        : '';
    context.terminal.log.info(
      `${options.out} has ${number(done.pairs)} pairs of ${done.dimensions} dimensions.${kept}`,
    );
    return 0;
  } finally {
    await workspace.close();
  }
}

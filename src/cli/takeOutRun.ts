import path from 'node:path';
import { isSkippedFolder } from '../core/dataset/fileKinds.ts';
import { toDatasetPath } from '../core/dataset/paths.ts';
import { PairLensError } from '../core/errors.ts';
import { inEnglish } from '../core/text/sentence.ts';
import { decodedFile } from '../core/text/decodeText.ts';
import { takeOutChanges } from '../engine/batch/takeOutChanges.ts';
import { openTree } from '../engine/discovery/openDatasets.ts';
import type { FolderOfPairs } from '../engine/editing/moveImages.ts';
import type { NotedReads } from '../engine/editing/notedReads.ts';
import { takeOut } from '../engine/editing/takeOut.ts';
import { runOptions, type CommandContext } from './commandContext.ts';
import { fixPorts } from './composeCli.ts';
import { givenSettings } from './options.ts';

/**
 * The changes that take images and what belongs to them to a folder; says what stays.
 * @param images absolute paths
 */
export async function takeOutRun(
  root: string,
  images: readonly string[],
  target: string,
  reads: NotedReads,
  context: CommandContext,
): ReturnType<typeof takeOutChanges> {
  const folders = await pairFolders(root, reads, context);
  const textOf = async (file: string): Promise<string> =>
    decodedFile(file, await reads.files.read(file)).text;
  const taken = await takeOut(folders, images, target, { files: fixPorts.files, textOf });
  for (const sentence of taken.left) context.terminal.log.warn(inEnglish(sentence));
  return takeOutChanges(root, taken, reads);
}

/** The folders below a folder with their pairs, to find what belongs to an image. @throws PairLensError as `openTree`. */
async function pairFolders(
  root: string,
  reads: NotedReads,
  context: CommandContext,
): Promise<FolderOfPairs[]> {
  const { globals, terminal } = context;
  const tree = await openTree(reads.files, root, {
    ...runOptions(context),
    log: terminal.log,
    settings: givenSettings(globals),
    strict: true,
  });
  return tree.map((opened) => ({
    opened,
    datasets: opened.datasets.map((dataset) => ({
      root: dataset.root,
      files: opened.captionFiles.get(dataset) ?? new Map(),
      pairs: () => dataset.pairs,
    })),
  }));
}

/** The target folder as an absolute path. @throws PairLensError `invalid-argument` if it is not below `root`. */
export function targetIn(root: string, to: string, { terminal }: CommandContext): string {
  const target = path.resolve(root, to);
  const inside = toDatasetPath(root, target);
  if (inside === undefined || inside === '') {
    throw new PairLensError('invalid-argument', `${to} is not a folder below ${root}.`, {
      remedy: 'Give one below it, such as .excluded: a run is taken back within its own folder.',
    });
  }
  if (!inside.split('/').some(isSkippedFolder)) {
    terminal.log.warn(
      `PairLens will still read ${inside}, and so may a trainer. A folder whose name begins with a dot is left out.`,
    );
  }
  return target;
}

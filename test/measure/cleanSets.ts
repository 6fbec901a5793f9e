import path from 'node:path';
import { openWorkspace } from '../../src/cli/composeCli.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';
import type { Pair } from '../../src/core/dataset/dataset.ts';
import { splitFromName } from '../../src/core/dataset/split.ts';

export type MeasuredWorkspace = Awaited<ReturnType<typeof openWorkspace>>;

/** A dataset with the first caption of each image, embedded as it is. */
export interface CleanSet {
  readonly folder: string;
  readonly workspace: MeasuredWorkspace;
  readonly pairs: readonly Pair[];
  /** All pairs of these images, with their other captions. */
  readonly all: readonly Pair[];
  readonly clean: EmbeddedDataset;
}

/**
 * Opens and embeds the datasets of some folders, one by one; the workspace is closed after the last.
 * @param splits names of the only splits to use
 */
export async function* cleanSets(
  folders: readonly string[],
  splits: readonly string[] | undefined,
  terminal = new Terminal({ quiet: true, color: false }),
): AsyncGenerator<CleanSet> {
  const wanted = splits?.map((name) => splitFromName(name) ?? name);
  const workspace = await openWorkspace({ globals: { color: true }, terminal }, undefined);
  try {
    for (const folder of folders) {
      for (const opened of await workspace.open(path.resolve(folder), {})) {
        const all = opened.pairs.filter(
          ({ split }) => wanted === undefined || wanted.includes(split ?? ''),
        );
        const pairs = all.filter(({ captionIndex }) => captionIndex === 0);
        const images = [...new Set(pairs.map(({ image }) => image))];
        const clean = await workspace.index(
          { ...opened, pairs, images, problems: [] },
          {},
          { triggerWords: [] },
        );
        yield { folder, workspace, pairs, all, clean };
      }
    }
  } finally {
    await workspace.close();
  }
}

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
 * @param options the first `limit` images, with `captions` captions each
 */
export async function* cleanSets(
  folders: readonly string[],
  splits: readonly string[] | undefined,
  terminal = new Terminal({ quiet: true, color: false }),
  { limit = Infinity, captions = 1 }: { readonly limit?: number; readonly captions?: number } = {},
): AsyncGenerator<CleanSet> {
  const wanted = splits?.map((name) => splitFromName(name) ?? name);
  const workspace = await openWorkspace({ globals: { color: true }, terminal }, undefined);
  try {
    for (const folder of folders) {
      for (const opened of await workspace.open(path.resolve(folder), {})) {
        const all = opened.pairs.filter(
          ({ split }) => wanted === undefined || wanted.includes(split ?? ''),
        );
        const images = [...new Set(all.map(({ image }) => image))].slice(0, limit);
        const wantedImages = new Set(images);
        const pairs = all.filter(
          ({ captionIndex, image }) => captionIndex < captions && wantedImages.has(image),
        );
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

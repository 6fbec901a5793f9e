import path from 'node:path';
import { PairLensError } from '../core/errors.ts';
import { CAPTION_LAYOUTS } from '../core/export/captionLayouts.ts';
import { PAIR_LISTS } from '../core/export/pairLists.ts';
import { auditFolder } from '../engine/batch/auditFolder.ts';
import { exportDataset, EXPORT_LIST, type Selection } from '../engine/batch/exportDataset.ts';
import { listAll, type ListedPair } from '../engine/batch/listPairs.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { exportPorts, openWorkspace } from './composeCli.ts';
import { number } from './progressLine.ts';
import { queryOf, viewNamed } from './queryOption.ts';

export interface ExportCommandOptions {
  readonly out: string;
  readonly as: string;
  readonly view?: string | undefined;
  readonly pictures: 'copy' | 'hardlink' | 'symlink';
}

/** `pairlens export`: writes the pairs that a query selects as a new dataset. */
export async function exportCommand(
  folder: string,
  text: string,
  options: ExportCommandOptions,
  context: CommandContext,
): Promise<number> {
  // Before the audit, which may take hours.
  const layout = [...CAPTION_LAYOUTS, ...PAIR_LISTS].find(({ id }) => id === options.as);
  if (layout === undefined) throw new Error(`There is no layout ${options.as}.`);
  const given = queryOf(text);
  const root = await existingFolder(folder);
  const { view } = options;
  const query = view === undefined ? given : await viewNamed(root, view, text);
  const out = path.resolve(options.out);
  await assertNew(out, root);
  const { output } = exportPorts;
  await output.prepareFolder(out);
  const workspace = await openWorkspace(context, root);
  try {
    const run = runOptions(context);
    const { datasets } = await auditFolder(root, workspace, { version: context.version }, run);
    const selection = selectionOf(await listAll(root, datasets, query, workspace, run));
    if (!selection.kept.some(({ caption }) => caption !== undefined)) {
      throw new PairLensError('no-dataset', 'No pair is left to be written.', {
        remedy: 'See with `pairlens list` what the query selects.',
      });
    }
    const { pictures } = options;
    const done = await exportDataset(root, out, selection, { layout, pictures }, exportPorts, run);
    const { log } = context.terminal;
    if (done.leftCaptions > 0) {
      log.warn(
        `${layout.id} holds one caption an image: ${number(done.leftCaptions)} others were not written. --as captions.jsonl holds all.`,
      );
    }
    if (done.renamed > 0) {
      log.warn(
        `${number(done.renamed)} pictures have a new name, because two would have shared a caption file.`,
      );
    }
    const left = selection.dropped.length;
    if (layout.kind === 'list') log.info(`The pictures stay where they are: ${layout.use}`);
    log.info(
      `Wrote ${number(done.pairs)} pairs of ${number(done.images)} images to ${options.out}, without ${number(left)} others; ${EXPORT_LIST} lists all.`,
    );
    return 0;
  } finally {
    await workspace.close();
  }
}

/** The pairs that are written: those that were asked for, without the ignored ones. */
function selectionOf({
  all,
  selected,
}: {
  readonly all: readonly ListedPair[];
  readonly selected: readonly ListedPair[];
}): Selection {
  const asked = new Set(selected);
  const kept: ListedPair[] = [];
  const dropped: { pair: ListedPair; why: string }[] = [];
  for (const pair of all) {
    if (pair.decision === 'excluded') dropped.push({ pair, why: 'ignored' });
    else if (!asked.has(pair)) dropped.push({ pair, why: 'not selected' });
    else kept.push(pair);
  }
  return { kept, dropped };
}

/** @throws PairLensError `invalid-argument` if the folder is inside the dataset or has files. */
async function assertNew(out: string, root: string): Promise<void> {
  const fromRoot = path.relative(root, out);
  if (fromRoot === '' || !(fromRoot.startsWith('..') || path.isAbsolute(fromRoot))) {
    throw new PairLensError('invalid-argument', `${out} is inside the folder that is exported.`, {
      path: out,
      remedy: 'Name a folder beside it.',
    });
  }
  const ignoreAll = { skipFolder: () => false, onProblem: () => undefined };
  if (!(await exportPorts.files.exists(out))) return;
  for await (const { path: file } of exportPorts.files.walk(out, ignoreAll)) {
    throw new PairLensError('invalid-argument', `${out} is not empty: ${file}`, {
      path: out,
      remedy: 'Name a new folder; nothing is overwritten.',
    });
  }
}

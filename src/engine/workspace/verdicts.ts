import { DECISIONS_FILE } from '../../core/dataset/decisions.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import { runCooperatively } from '../../core/steps.ts';
import { writeReplaced } from '../audit/decisionFile.ts';
import type { IncrementalDataset } from './incrementalDataset.ts';
import { captionFileOf, type OpenedDataset } from './openedDatasets.ts';
import { nextTurn } from './nextTurn.ts';
import type { WorkspacePorts } from './workspacePorts.ts';

/**
 * Must be called after a caption file was written: wrong captions that were replaced in it teach their dataset, and are kept
 * in its file of decisions, if there is one.
 * @returns whether anything was taught, and the files of decisions that were written.
 */
export async function learnFromWrite(
  opened: readonly OpenedDataset[],
  path: string,
  { files, log }: Pick<WorkspacePorts, 'files' | 'log'>,
): Promise<{ readonly taught: boolean; readonly written: readonly string[] }> {
  let taught = false;
  const written: string[] = [];
  for (const each of opened) {
    const { dataset } = each;
    const file = captionFileOf(each, path)?.file;
    if (file === undefined || !dataset.settle(file)) continue;
    taught = true;
    await calibrateAgain(dataset);
    const place = { root: dataset.root, folder: each.opened.dir };
    try {
      if (await writeReplaced(files, place, dataset.replaced, dataset.restored)) {
        written.push(toAbsolute(dataset.root, DECISIONS_FILE));
      }
    } catch (error) {
      // They count in this session even if they cannot be kept.
      log.warn(PairLensError.from(error).message);
    }
  }
  return { taught, written };
}

/** Calibrates a dataset with the verdicts that apply now, in turns with other work. */
export function calibrateAgain(dataset: IncrementalDataset): Promise<void> {
  return runCooperatively(dataset.recalibrate(), nextTurn);
}

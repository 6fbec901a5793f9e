import { DECISIONS_FILE, type Decision } from '../../core/dataset/decisions.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import { runCooperatively } from '../../core/steps.ts';
import { sentence } from '../../core/text/sentence.ts';
import { writeDecision, writeReplaced } from '../audit/decisionFile.ts';
import type { CaptionFileUpdater } from './captionUpdates.ts';
import type { IncrementalDataset } from './incrementalDataset.ts';
import { captionFileOf, findPair, type OpenedDataset, noSuchPair } from './openedDatasets.ts';
import type { LivePairId } from './workspace.ts';
import type { WorkspacePorts } from './workspacePorts.ts';

interface DecidingPorts extends Pick<WorkspacePorts, 'files'> {
  readonly updater: CaptionFileUpdater;
  readonly hash: (text: string) => string;
}

/**
 * Saves a decision about a pair and rescores what it affects.
 * @throws PairLensError `invalid-argument`, `write-failed`, `unreadable-file`, `unsupported-format`.
 */
export async function decidePair(
  openedDatasets: readonly OpenedDataset[],
  id: LivePairId,
  decision: Decision | 'none',
  { updater, files, hash }: DecidingPorts,
): Promise<void> {
  const found = findPair(openedDatasets, id);
  if (found === undefined) throw noSuchPair(id);
  const { dataset, slot, opened } = found;
  const { image, caption } = dataset.slots.pairs[slot]!;
  const imageHash = dataset.context.embedded.images.hashes[dataset.imageRowOf.get(image) ?? -1];
  if (imageHash === undefined) {
    throw new PairLensError('invalid-argument', sentence('{0} cannot be read.', image), {
      path: toAbsolute(dataset.root, image),
      remedy: sentence('Replace the image first.'),
    });
  }
  const place = { root: dataset.root, folder: opened.dir };
  await writeDecision(files, place, { image, imageHash, caption }, decision, hash);
  await writeReplaced(files, place, dataset.replaced, dataset.restored);
  const known = dataset.unknownTexts([caption]);
  dataset.decide(slot, decision, await updater.encode(known, undefined, dataset));
  await calibrateAgain(dataset);
}

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

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

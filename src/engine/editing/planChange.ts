import { toAbsolute } from '../../core/dataset/paths.ts';
import { noneReadOnly, type ReadOnlyCounts, readOnlyReason } from '../../core/dataset/readOnly.ts';
import { type CaptionChange, changedCaption } from '../../core/text/captionChange.ts';
import { TagVocabulary } from '../../core/text/tagVocabulary.ts';
import { DatasetPlanner, type ReadDataset } from './datasetPlanner.ts';
import { changesNothing, type FileChange } from './fileChange.ts';
import type { NotedReads } from './notedReads.ts';

/** The changes of files that a change of captions makes. */
export interface ChangePlan {
  readonly changes: readonly FileChange[];
  /** Number of captions that change. */
  readonly changed: number;
  /** Number of captions that would be empty and therefore stay as they are. */
  readonly emptied: number;
  /** Number of captions that are not edited, by the reason. */
  readonly readOnly: Readonly<ReadOnlyCounts>;
}

/** A dataset with the pairs whose captions are to be changed. */
export interface ChosenDataset extends ReadDataset {
  readonly chosen: Iterable<number>;
}

/**
 * Turns a change of captions into changes of files.
 * @param folder that was opened and contains the datasets
 * @param reads noted while the datasets were read
 * @throws PairLensError `write-failed` if a file was changed since; `unreadable-file`; `invalid-argument` if a format
 *   cannot represent a caption.
 */
export async function planChange(
  folder: string,
  datasets: readonly ChosenDataset[],
  change: CaptionChange,
  reads: NotedReads,
): Promise<ChangePlan> {
  const changes: FileChange[] = [];
  const counts = { changed: 0, emptied: 0 };
  const readOnly = noneReadOnly();
  for (const { dataset, settings, chosen } of datasets) {
    const planner = new DatasetPlanner(folder, { dataset, settings }, reads);
    const vocabulary = TagVocabulary.of(dataset.pairs.map(({ caption }) => caption));
    for (const p of chosen) {
      const pair = dataset.pairs[p];
      if (pair === undefined) continue;
      const caption = changedCaption(pair.caption, change, vocabulary);
      if (caption === pair.caption) continue;
      const reason = readOnlyReason(toAbsolute(dataset.root, pair.source.file));
      if (caption.trim() === '') counts.emptied++;
      else if (reason !== undefined) readOnly[reason]++;
      else if (planner.replace(p, caption)) counts.changed++;
    }
    changes.push(...(await planner.changes()));
  }
  return { changes: changes.filter((each) => !changesNothing(each)), ...counts, readOnly };
}

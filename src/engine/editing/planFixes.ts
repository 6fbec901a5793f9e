import type { Finding } from '../../core/audit/finding.ts';
import type { WantedFixes } from './chooseFix.ts';
import { DatasetPlanner, type ReadDataset } from './datasetPlanner.ts';
import { changesNothing, type FileChange } from './fileChange.ts';
import type { NotedReads } from './notedReads.ts';
import { FixCounter, type FixCounts } from './takenFixes.ts';

/** The changes of a run. */
export interface FixPlan extends FixCounts {
  readonly changes: readonly FileChange[];
}

/** A dataset with its settings and findings. */
export interface FixableDataset extends ReadDataset {
  readonly findings: readonly Finding[];
}

/**
 * Turns the fixes of findings into changes of files.
 * @param folder that was opened and contains the datasets
 * @param reads noted while the datasets were read
 * @throws PairLensError `write-failed` if a file was changed since; `unreadable-file`.
 */
export async function planFixes(
  folder: string,
  datasets: readonly FixableDataset[],
  wanted: WantedFixes,
  reads: NotedReads,
): Promise<FixPlan> {
  const counter = new FixCounter();
  const changes: FileChange[] = [];
  for (const { dataset, settings, findings } of datasets) {
    const planner = new DatasetPlanner(folder, { dataset, settings }, reads);
    counter.take(planner, findings, wanted, (finding) => planner.readOnly(finding));
    changes.push(...(await planner.changes()));
  }
  const { fixed, left, later, readOnly } = counter;
  const changing = changes.filter((change) => !changesNothing(change));
  return { changes: changing, fixed, left, later, readOnly };
}

import type { Finding } from '../../core/audit/finding.ts';
import type { RuleCode } from '../../core/audit/rule.ts';
import { chooseFix, hasWritingFix, type WantedFixes } from './chooseFix.ts';
import { DatasetPlanner, type ReadDataset } from './datasetPlanner.ts';
import { changesNothing, type FileChange } from './fileChange.ts';
import type { NotedReads } from './notedReads.ts';

/** The changes of a run. */
export interface FixPlan {
  readonly changes: readonly FileChange[];
  /** Number of findings by rule that are fixed. */
  readonly fixed: ReadonlyMap<RuleCode, number>;
  /** Number of findings by rule that have a fix which a person must choose. */
  readonly left: ReadonlyMap<RuleCode, number>;
  /** Number of findings whose file gets another fix first: for a second run. */
  readonly later: number;
  /** Number of findings in archives, which are never changed. */
  readonly archived: number;
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
  const fixed = new Map<RuleCode, number>();
  const left = new Map<RuleCode, number>();
  const changes: FileChange[] = [];
  let later = 0;
  let archived = 0;
  for (const { dataset, settings, findings } of datasets) {
    const planner = new DatasetPlanner(folder, { dataset, settings }, reads);
    for (const finding of findings) {
      if (wanted.rules?.has(finding.code) === false || !hasWritingFix(finding)) continue;
      const fix = chooseFix(finding, wanted);
      if (planner.isArchived(finding)) archived++;
      else if (fix === undefined) count(left, finding.code);
      else if (planner.take(finding, fix)) count(fixed, finding.code);
      else later++;
    }
    changes.push(...(await planner.changes()));
  }
  return {
    changes: changes.filter((change) => !changesNothing(change)),
    fixed,
    left,
    later,
    archived,
  };
}

function count(counts: Map<RuleCode, number>, code: RuleCode): void {
  counts.set(code, (counts.get(code) ?? 0) + 1);
}

import type { WantedFixes } from '../editing/chooseFix.ts';
import type { NotedReads } from '../editing/notedReads.ts';
import { type FixPlan, planFixes } from '../editing/planFixes.ts';
import { auditFolder } from './auditFolder.ts';
import type { BatchPorts, RunOptions } from './batchPorts.ts';

/**
 * Audits a folder and plans the fixes of its findings; changes nothing.
 * @param workspace opens its datasets through `reads`
 * @throws PairLensError as `auditFolder` and `planFixes`.
 */
export async function planFolder(
  folder: string,
  workspace: BatchPorts,
  reads: NotedReads,
  options: {
    readonly version: string;
    readonly wanted: WantedFixes;
  },
  run: RunOptions,
): Promise<FixPlan> {
  const { datasets } = await auditFolder(folder, workspace, options, run);
  const found = datasets.map(({ dataset, settings, audit }) => ({
    dataset,
    settings,
    findings: audit.findings,
  }));
  return planFixes(folder, found, options.wanted, reads);
}

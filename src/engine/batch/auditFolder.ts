import { AuditedPictures } from '../../core/audit/picturesElsewhere.ts';
import { throwIfCancelled } from '../../core/cancellation.ts';
import type { AuditReport } from '../../core/export/auditReport.ts';
import { auditReport } from '../audit/buildReport.ts';
import { decisionsOf } from '../audit/decisionFile.ts';
import type { Levels } from '../../core/audit/rules.ts';
import type { AuditedDataset } from '../audit/datasetAudit.ts';
import type { BatchPorts, RunOptions } from './batchPorts.ts';

export interface AuditedFolder {
  readonly report: AuditReport;
  readonly datasets: readonly AuditedDataset[];
}

/**
 * Audits the datasets below `folder` one after the other, so that the embeddings of only one are in memory.
 *
 * @param folder absolute path
 * @param version of this program, for the report
 * @throws PairLensError `no-dataset`, `cancelled`, and the errors of the steps.
 */
export async function auditFolder(
  folder: string,
  workspace: BatchPorts,
  options: {
    readonly levels: Levels;
    readonly version: string;
    readonly words?: boolean;
    readonly triggerWords?: readonly string[];
  },
  run: RunOptions,
): Promise<AuditedFolder> {
  const datasets: AuditedDataset[] = [];
  const audited = new AuditedPictures(folder);
  for (const dataset of await workspace.open(folder, run)) {
    throwIfCancelled(run.signal);
    const { levels, words = false, triggerWords = [] } = options;
    const indexed = await workspace.index(dataset, run, { triggerWords });
    const known = await workspace.decisions(dataset.root, folder);
    const embedded = { ...indexed, problems: [...indexed.problems, ...known.problems] };
    const decisions = decisionsOf(embedded, known.decisions, (text) => workspace.hash(text));
    const elsewhere = audited.seenFrom(dataset.root);
    const audit = await workspace.audit(embedded, { levels, decisions, words, elsewhere }, run);
    audited.add(embedded);
    const { paths, facts } = embedded.images;
    const pictures = new Map(paths.flatMap((path, row) => entryOf(path, facts[row])));
    datasets.push({ dataset, audit, decisions, pictures });
  }
  const report = auditReport(folder, datasets, {
    version: options.version,
    model: workspace.modelId,
    hash: (text) => workspace.hash(text),
  });
  return { report, datasets };
}

function entryOf<K, V>(key: K, value: V | undefined): [K, V][] {
  return value === undefined ? [] : [[key, value]];
}

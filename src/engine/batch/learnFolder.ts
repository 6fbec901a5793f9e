import type { LearntModel } from '../../core/audit/learntModel.ts';
import { PairLensError } from '../../core/errors.ts';
import { decisionsOf } from '../audit/decisionFile.ts';
import { sampledDataset } from '../audit/learnDataset.ts';
import type { BatchPorts, RunOptions } from './batchPorts.ts';

/**
 * Learns from the only dataset below a folder to judge pairs of others.
 * @param most pairs that are learnt from and kept
 * @throws PairLensError `no-dataset`, `invalid-argument`, `cancelled`, and the errors of the steps.
 */
export async function learnFolder(
  folder: string,
  workspace: BatchPorts,
  most: number,
  run: RunOptions,
): Promise<LearntModel> {
  const datasets = await workspace.open(folder, run);
  const [dataset] = datasets;
  if (dataset === undefined || datasets.length > 1) {
    throw new PairLensError(
      'invalid-argument',
      `${folder} holds ${datasets.length} datasets, and a model is learnt from one.`,
      { path: folder, remedy: 'Give the folder of one dataset.' },
    );
  }
  const { triggerWords = [] } = dataset.settings;
  const { decisions } = await workspace.decisions(dataset.root, folder);
  const embedded = await workspace.index(sampledDataset(dataset, most), run, { triggerWords });
  const known = decisionsOf(embedded, decisions, (text) => workspace.hash(text));
  return workspace.learn(embedded, known, run);
}

import { throwIfCancelled } from '../../core/cancellation.ts';
import { PairLensError } from '../../core/errors.ts';
import { folderPrefix } from '../audit/buildReport.ts';
import { decisionsOf, mendedPairs } from '../audit/decisionFile.ts';
import type { FitOutcome, FitPlace, FitRequest } from '../audit/fitInPlace.ts';
import type { BatchPorts, RunOptions } from './batchPorts.ts';

/** What became of one dataset. */
export interface FittedDataset {
  /** The dataset's folder, relative to the given one. */
  readonly folder: string;
  readonly outcome: FitOutcome;
}

/**
 * Fits to the datasets below a folder, one after the other.
 * @param out file for the fit of the only dataset
 * @throws PairLensError `no-dataset`, `invalid-argument`, `cancelled`, and the errors of the steps.
 */
export async function fitFolder(
  folder: string,
  workspace: BatchPorts,
  {
    out,
    ...options
  }: Pick<FitRequest, 'rounds' | 'folds' | 'seed' | 'onRound'> & Pick<FitPlace, 'out'>,
  run: RunOptions,
): Promise<FittedDataset[]> {
  const datasets = await workspace.open(folder, run);
  if (out !== undefined && datasets.length > 1) {
    throw new PairLensError(
      'invalid-argument',
      `${folder} holds ${datasets.length} datasets, and --out takes the fit of one.`,
      { path: folder, remedy: 'Give the folder of one dataset, or leave --out away.' },
    );
  }
  const fitted: FittedDataset[] = [];
  for (const dataset of datasets) {
    throwIfCancelled(run.signal);
    const { triggerWords = [] } = dataset.settings;
    const { decisions, replaced = [] } = await workspace.decisions(dataset.root, folder);
    const hash = (text: string): string => workspace.hash(text);
    const embedded = await workspace.index(dataset, run, { triggerWords });
    const place = { root: dataset.root, folder, ...(out && { out }) };
    const outcome = await workspace.fit(
      embedded,
      place,
      {
        ...options,
        decisions: decisionsOf(embedded, decisions, hash),
        mended: mendedPairs(embedded, replaced, hash),
      },
      run,
    );
    const name = folderPrefix(folder, dataset.root).replace(/\/$/, '');
    fitted.push({ folder: name, outcome });
  }
  return fitted;
}

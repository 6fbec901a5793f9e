import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import type { Dataset } from '../../core/dataset/dataset.ts';
import type { FileSystem } from '../../core/ports.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { paced } from '../../core/steps.ts';
import { judgeDataset } from '../auditDataset.ts';
import { decisionsOf, readDecisions } from '../decisions.ts';
import { indexDataset } from '../indexer.ts';
import { LiveDataset } from './liveDataset.ts';
import type { LivePorts } from './livePorts.ts';

export interface BuildHooks {
  readonly signal?: CancelSignal;
  readonly onProgress?: ProgressListener;
  readonly pause: () => Promise<void>;
  readonly onAudit: () => void;
}

/**
 * Indexes and audits one dataset.
 * @param folder that was opened, and holds the dataset
 * @throws PairLensError `cancelled`.
 */
export async function buildDataset(
  dataset: Dataset,
  folder: string,
  ports: LivePorts,
  files: FileSystem,
  hooks: BuildHooks,
): Promise<LiveDataset> {
  const hash = (text: string): string => ports.hasher.hash(text);
  const indexed = await indexDataset(dataset, ports, hooks);
  const { decisions, problems } = await readDecisions(files, dataset.root, folder);
  const embedded = { ...indexed, problems: [...indexed.problems, ...problems] };
  hooks.onAudit();
  const context = await judgeDataset(embedded, {
    ...hooks,
    reference: ports.reference,
    decisions: decisionsOf(embedded, decisions, hash),
    ...(ports.languages && { languages: ports.languages }),
    ...(ports.innerProducts && { innerProducts: ports.innerProducts }),
  });
  const { languages } = ports;
  const live = await paced(
    LiveDataset.from(embedded, context, decisions, { hash, languages }),
    hooks.pause,
  );
  await live.findings.detectAll(async () => {
    await hooks.pause();
    throwIfCancelled(hooks.signal);
  });
  return live;
}

import type { CancelSignal } from '../../core/cancellation.ts';
import { auditDataset } from '../audit/auditDataset.ts';
import { decisionsOf, readDecisions } from '../audit/decisionFile.ts';
import {
  type JudgedEmbeddings,
  measureReliability,
  type Reliability,
} from '../audit/measureReliability.ts';
import { indexDataset } from '../indexing/indexDataset.ts';
import type { LiveFitsParts } from './liveFits.ts';

/** How far the probabilities shown for the open datasets are right; computed while no user request is running. */
export class LiveReliability {
  readonly #parts: LiveFitsParts;

  constructor(parts: LiveFitsParts) {
    this.#parts = parts;
  }

  /** @throws PairLensError `cancelled`. */
  async measure(signal: CancelSignal): Promise<Reliability> {
    const { gate, updater, ports, opened } = this.#parts;
    const { reference, hasher, languages, innerProducts, ...indexing } = gate.behind(ports());
    const hash = (text: string): string => hasher.hash(text);
    const datasets: JudgedEmbeddings[] = [];
    // The embeddings of a live dataset are released; these come from the cache.
    for (const { opened: folder, dataset } of opened()) {
      const { triggerWords = [] } = folder.settings;
      const known = await readDecisions(updater.disk, dataset.root, folder.dir);
      const embedded = await indexDataset(
        dataset.dataset,
        { ...indexing, hasher },
        { signal, leaveOut: { triggerWords } },
      );
      datasets.push({ embedded, decisions: decisionsOf(embedded, known.decisions, hash) });
    }
    return measureReliability(datasets, (embedded, levels) =>
      auditDataset(embedded, {
        levels,
        reference,
        signal,
        pause: gate.pause,
        ...(languages && { languages }),
        ...(innerProducts && { innerProducts }),
      }),
    );
  }
}

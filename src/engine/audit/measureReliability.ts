import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import type { Incomparable } from '../../core/audit/comparability.ts';
import { DEFAULT_LEVELS, type Levels } from '../../core/audit/rules.ts';
import type { Decision } from '../../core/dataset/decisions.ts';
import { injectSwaps } from '../../core/evaluation/injectedSwaps.ts';
import {
  type ClaimedPair,
  reliability,
  type ReliabilityBin,
} from '../../core/evaluation/reliability.ts';
import type { DatasetAudit } from './datasetAudit.ts';

/** How far the probabilities of an audit are right, as far as the dataset itself can show. */
export type Reliability =
  | {
      readonly bins: readonly ReliabilityBin[];
      /** Pairs that were judged, and how many of them had the caption of another image. */
      readonly pairs: number;
      readonly exchanged: number;
      /** Captions that stayed and look wrong, of which nobody said what they are. */
      readonly unknown: number;
    }
  /** Why it cannot be known. */
  | { readonly why: Incomparable };

/** A caption that is more likely wrong than right before anything is exchanged may be either. */
const DOUBTFUL = 0.5;
/** Share of the images that get the caption of another one; images of a run; runs. */
const EXCHANGED = 0.2;
const IMAGES = 1000;
const RUNS = 2;
/** Findings are not asked for. */
const NO_RULES: Levels = Object.fromEntries(
  Object.keys(DEFAULT_LEVELS).map((code) => [code, 'off' as const]),
);

/** A dataset that was audited, with what a person decided about each of its pairs. */
export interface JudgedEmbeddings {
  readonly embedded: EmbeddedDataset;
  readonly decisions: readonly (Decision | undefined)[];
}

/**
 * Audits copies of datasets, in memory, in which captions were exchanged, and compares what is claimed of each pair with what is
 * known. An audit is told nothing of exchanges and decisions. Of the captions that stay, those that look wrong without any exchange
 * may be wrong: unless a person verified them, they are not known. Pairs that a person ignored are left out.
 * @throws PairLensError `cancelled`.
 */
export async function measureReliability(
  datasets: readonly JudgedEmbeddings[],
  audit: (embedded: EmbeddedDataset, levels: Levels) => Promise<DatasetAudit>,
): Promise<Reliability> {
  const known: ClaimedPair[] = [];
  let why: Incomparable = 'too-few';
  for (const { embedded, decisions } of datasets) {
    const kept = {
      ...embedded,
      textRow: embedded.textRow.map((row, p) => (decisions[p] === 'excluded' ? -1 : row)),
    };
    for (let seed = 0; seed < RUNS; seed++) {
      const wanted = { seed, limit: IMAGES };
      const noisy = injectSwaps(kept, { ...wanted, rate: EXCHANGED });
      if (!noisy.wrong.includes(true)) break;
      const { pairs, estimate } = await audit(noisy.embedded, NO_RULES);
      if (estimate?.incomparable !== undefined) {
        why = estimate.incomparable;
        break;
      }
      const as = injectSwaps(kept, { ...wanted, rate: 0 });
      const before = await audit(as.embedded, NO_RULES);
      for (const [p, pair] of pairs.entries()) {
        if (pair?.scored !== true) continue;
        const isVerified = decisions[noisy.kept[p] ?? -1] === 'verified';
        const looksWrong = (before.pairs[p]?.mismatch ?? 0) >= DOUBTFUL;
        const right =
          noisy.wrong[p] === true ? false : looksWrong && !isVerified ? undefined : true;
        known.push({ match: 1 - pair.mismatch, right });
      }
    }
  }
  const bins = reliability(known);
  return bins.length < 2
    ? { why }
    : {
        bins,
        pairs: known.length,
        exchanged: known.filter(({ right }) => right === false).length,
        unknown: known.filter(({ right }) => right === undefined).length,
      };
}

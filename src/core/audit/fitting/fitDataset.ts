import { throwIfCancelled } from '../../cancellation.ts';
import type { AllPairsOptions } from '../../matching/allPairs.ts';
import { runCooperatively } from '../../steps.ts';
import { inFolds, fitAuditModel, type PreparedAudit } from '../auditModel.ts';
import { trustOf } from '../captionPrediction.ts';
import { linearScore } from './foldedCombination.ts';
import { fitRound, heldOutGain, type SeparatedScores } from './fitRound.ts';
import { type FittedModel, foldsOfImages, type HeldOut } from './fittedModel.ts';

export interface FitOptions extends Omit<AllPairsOptions, 'k'> {
  /** Rounds at most; in each, pairs that look wrong after the one before count less. */
  readonly rounds: number;
  readonly folds: number;
  readonly seed: number;
  /** For each pair, in the order of the prepared ones, whether a person said that its caption is right: it counts in full. */
  readonly right?: readonly boolean[];
  /** Awaited after each round, with all that is needed to go on after it. */
  readonly onRound?: (state: FitState) => Promise<void> | void;
  /** State of a run with the same folds and seed on the same pairs that was cut off. */
  readonly from?: FitState;
}

/** What one round learnt. */
export interface RoundResult {
  readonly model: FittedModel;
  readonly heldOut: HeldOut;
  /** Mean logistic loss on held-out captions and exchanged ones. */
  readonly loss: number;
}

export interface FitState {
  /** Rounds done. */
  readonly rounds: number;
  /** The best of them. */
  readonly best: RoundResult;
  /** Whether the last one is the best one; otherwise nothing more is tried. */
  readonly improved: boolean;
  /** Of the last round. */
  readonly heldOut: HeldOut;
  readonly loss: number;
  /** How far each pair is trusted in the next round, 0..1; the pairs in an order that depends on their content only. */
  readonly trust: readonly number[];
}

/**
 * Fits heads and weights to a dataset in rounds, until one is no better than those before. Deterministic.
 * @throws PairLensError `cancelled`.
 */
export async function fitDataset(prepared: PreparedAudit, options: FitOptions): Promise<FitState> {
  const { folds, seed, rounds, onRound, right = [] } = options;
  const trusted = (trust: readonly number[]): readonly number[] =>
    trust.map((each, n) => (right[n] === true ? 1 : each));
  const { scorer, pairs: unfolded, hashes } = prepared;
  const before = await shippedScores(prepared, options);
  const foldOfImage = foldsOfImages(hashes, { folds, seed });
  const folded = { scorer, pairs: inFolds(unfolded, foldOfImage), foldOfImage, folds, seed };
  let state = options.from;
  do {
    if (state !== undefined && (state.rounds >= rounds || !state.improved)) break;
    const { model, scores, loss, trust } = await runCooperatively(
      fitRound(folded, trusted(state?.trust ?? trustOf(before.observed))),
      async () => {
        await options.pause?.();
        throwIfCancelled(options.signal);
      },
    );
    const heldOut = heldOutGain(before, scores);
    const improved = state === undefined || heldOut.after > state.best.heldOut.after;
    const best: RoundResult =
      state === undefined || improved ? { model, heldOut, loss } : state.best;
    state = { rounds: (state?.rounds ?? 0) + 1, best, improved, heldOut, loss, trust };
    await onRound?.(state);
  } while (state.rounds < rounds);
  return state;
}

/** Scores by the audit without a fitted model. */
async function shippedScores(
  prepared: PreparedAudit,
  options: Omit<AllPairsOptions, 'k'>,
): Promise<SeparatedScores> {
  const { model } = await fitAuditModel(prepared, options);
  const { exchanged } = model.suspicions;
  return {
    observed: Float64Array.from(prepared.pairs, ({ image, text }) =>
      linearScore(exchanged.score, model.scorer.of(image, text)),
    ),
    wrong: exchanged.known.random,
  };
}

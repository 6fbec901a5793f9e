import type { EmbeddedDataset } from '../dataset/embeddedDataset.ts';
import type { AllPairsOptions } from '../matching/allPairs.ts';
import { centred, shrunkMean } from '../matching/centring.ts';
import type { Matrix } from '../matching/matrix.ts';
import { stackedRows } from '../matching/scoreBlocks.ts';
import { throwIfCancelled } from '../cancellation.ts';
import { paced, type Steps } from '../steps.ts';
import { type Calibration, calibrate } from './calibration.ts';
import { type Combination, fitCombination } from './combination.ts';
import { type Evidence, EvidenceSource, type Replacement } from './evidence.ts';
import { type JudgedPair, injectedEvidence, observedEvidence } from './injection.ts';
import { pairGraph } from './pairGraph.ts';
import type { ReferenceBank } from './referenceBank.ts';
import { forEachSpace, type Spaces } from './spaces.ts';

/** Below this many images the reference bank lends its pairs as neighbours. */
const ENOUGH_IMAGES = 400;
/** The shipped mean counts for this many rows when a space is centred. */
const MEAN_STRENGTH = 50;
/** Below this many pairs wrong captions are borrowed from the bank as well. */
const ENOUGH_DONORS = 30;

/** Everything learnt about one dataset: judges any of its images with any of its captions. */
export interface AuditModel {
  readonly source: EvidenceSource;
  /** Mean row of each space, which its rows were centred on. */
  readonly centres: Spaces<Float32Array>;
  readonly combination: Combination;
  readonly calibration: Calibration;
  /** Probability that caption `text` is wrong for image `image`; with `replacement` after that exchange. */
  mismatch(image: number, text: number, replacement?: Replacement): number;
}

/**
 * Learns from the dataset itself what right and wrong captions look like: centring, neighbours, weights, calibration.
 * @param judged for each pair whether it is to be judged (readable, in a language the encoder reads).
 * @throws PairLensError `cancelled`.
 */
export async function fitAuditModel(
  embedded: EmbeddedDataset,
  judged: readonly boolean[],
  reference: ReferenceBank,
  options: Omit<AllPairsOptions, 'k'>,
): Promise<AuditModel> {
  const own = embedded.images.paths.length;
  const bank = own < ENOUGH_IMAGES ? reference.images.rows : 0;
  const graph = pairGraph(embedded, judged, bank);
  const pause = async (): Promise<void> => {
    await options.pause?.();
    throwIfCancelled(options.signal);
  };
  const { images, texts } = embedded;
  const rows: Spaces<Matrix> = {
    images: images.embedding,
    captions: texts.embedding,
    priors: images.prior,
    sentences: texts.sentence,
    looks: images.look,
  };
  const { centres, spaces } = await paced(centredSpaces(rows, reference, bank), pause);
  const source = await EvidenceSource.build(spaces, graph, options);
  const pairs: JudgedPair[] = [];
  judged.forEach((use, p) => {
    if (use) pairs.push({ image: embedded.imageRow[p]!, text: embedded.textRow[p]! });
  });
  const donors = pairs.slice();
  if (pairs.length < ENOUGH_DONORS) {
    for (let b = 0; b < bank; b++) donors.push({ image: own + b, text: texts.texts.length + b });
  }
  const { combination, calibration } = await paced(learnt(source, pairs, donors), pause);
  return auditModel(source, centres, combination, calibration);
}

/** Every space centred on its own mean, with as many rows of the reference bank behind it. */
function* centredSpaces(
  rows: Spaces<Matrix>,
  reference: ReferenceBank,
  bank: number,
): Steps<{ readonly centres: Spaces<Float32Array>; readonly spaces: Spaces<Matrix> }> {
  const centres = yield* forEachSpace((space) =>
    shrunkMean(rows[space], reference.means[space], MEAN_STRENGTH),
  );
  const spaces = yield* forEachSpace((space) => {
    const own = centred(rows[space], centres[space]);
    // The bank keeps its own mean: its pairs must not look alike merely for coming from elsewhere.
    return bank === 0 ? own : stackedRows(own, centred(reference[space], reference.means[space]));
  });
  return { centres, spaces };
}

function* learnt(
  source: EvidenceSource,
  pairs: readonly JudgedPair[],
  donors: readonly JudgedPair[],
): Steps<{ readonly combination: Combination; readonly calibration: Calibration }> {
  const observed = yield* observedEvidence(source, pairs);
  const wrong = yield* injectedEvidence(source, pairs, donors);
  const combination = yield* fitCombination(observed, wrong);
  const scores = (all: readonly Evidence[]): Float64Array =>
    Float64Array.from(all, (e) => combination.score(e));
  return { combination, calibration: yield* calibrate(scores(observed), scores(wrong)) };
}

/** The model that judges by this evidence. */
export function auditModel(
  source: EvidenceSource,
  centres: Spaces<Float32Array>,
  combination: Combination,
  calibration: Calibration,
): AuditModel {
  return {
    source,
    centres,
    combination,
    calibration,
    mismatch: (image, text, replacement) =>
      calibration.mismatch(combination.score(source.of(image, text, replacement))),
  };
}

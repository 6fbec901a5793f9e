import path from 'node:path';
import { parseArgs } from 'node:util';
import { inFolds } from '../../src/core/audit/auditModel.ts';
import {
  foldOf,
  LEAST_PICTURES,
  learnPredictions,
} from '../../src/core/audit/captionPrediction.ts';
import {
  EXCHANGED_WEIGHTS,
  learntCombination,
  weightsOf,
} from '../../src/core/audit/combination.ts';
import { linearScore } from '../../src/core/audit/fitting/foldedCombination.ts';
import { injectedScores, observedScores } from '../../src/core/audit/injection.ts';
import { type PairScores, SCORE_NAMES } from '../../src/core/audit/pairScorer.ts';
import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';
import type { ReferenceBank } from '../../src/core/audit/referenceBank.ts';
import { auroc } from '../../src/core/matching/auroc.ts';
import { runToCompletion } from '../../src/core/steps.ts';
import { openEncoders } from '../../src/adapters/encoders.ts';
import { prepareFit } from '../../src/engine/audit/fitInPlace.ts';
import { cleanSets } from './cleanSets.ts';
import { noisyCopy } from './noisyCopy.ts';

const CSLS = SCORE_NAMES.indexOf('csls');
const PREDICTED = SCORE_NAMES.indexOf('predicted');

/** Ways to weigh the scores. What the dataset itself predicts is added to each as far as it helps. */
const COMPARED: readonly (readonly [name: string, weights: readonly number[]])[] = [
  ['ships', EXCHANGED_WEIGHTS],
  [
    'five scores',
    weightsOf({ cosine: 0.3, prior: 0.3, csls: 1.6, imageNeighbours: 0.2, captionNeighbours: 0.2 }),
  ],
  ['CSLS', weightsOf({ csls: 1 })],
  ['CSLS of three', weightsOf({ nearest: 1 })],
];

/** How well does the score that looks for exchanged captions rank them, with other weights? */
export async function measureWeights(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rate: { type: 'string', multiple: true, default: ['0.1', '0.4'] },
      seeds: { type: 'string', default: '1' },
      limit: { type: 'string', default: '1000' },
      split: { type: 'string', multiple: true },
    },
  });
  if (positionals.length === 0) {
    console.error(
      'Usage: npm run measure -- weights DATASET... [--rate SHARE] [--seeds N] [--limit N] [--split NAME]',
    );
    process.exit(2);
  }
  const { reference, close } = await openEncoders(undefined, undefined);
  await close();
  for await (const { folder, clean } of cleanSets(positionals, values.split)) {
    for (const kind of ['random', 'noun'] as const) {
      for (const rate of values.rate.map(Number)) {
        const rows: number[][] = [];
        for (let seed = 0; seed < Number(values.seeds); seed++) {
          const options = { kind, rate, seed, limit: Number(values.limit) };
          const { embedded, wrong } = noisyCopy(clean, options);
          if (wrong.includes(true)) rows.push(await aurocs(embedded, wrong, reference));
        }
        const shown = COMPARED.map(([name], n) => {
          const mean = rows.reduce((sum, row) => sum + row[n]!, 0) / Math.max(1, rows.length);
          return `${name} ${mean.toFixed(4)}`;
        });
        console.log(`${path.basename(folder)} ${kind} ${rate}: ${shown.join(', ')}`);
      }
    }
  }
}

/** AUROC of each of the compared combinations, with what the dataset itself teaches. */
async function aurocs(
  embedded: EmbeddedDataset,
  wrong: readonly boolean[],
  reference: ReferenceBank,
): Promise<number[]> {
  const prepared = await prepareFit(embedded, { reference }, {});
  const { scorer, hashes } = prepared;
  const folds =
    new Set(hashes).size < LEAST_PICTURES ? undefined : hashes.map((hash) => foldOf(hash));
  const pairs = inFolds(prepared.pairs, folds);
  const observed = runToCompletion(observedScores(scorer, pairs));
  if (folds) {
    const { visuals, sentences, predictions } = scorer.spaces;
    const learnt = pairs.map(({ image, text }, n) => ({ image, text, csls: observed[n]![CSLS]! }));
    runToCompletion(learnPredictions(visuals, sentences, learnt, folds, predictions));
    for (const [n, { image, text }] of pairs.entries()) {
      observed[n]![PREDICTED] = scorer.predicted(image, text);
    }
  }
  const random: PairScores[] = runToCompletion(injectedScores(scorer, pairs));
  const labels = pairs.map(({ pair }) => wrong[pair]!);
  return COMPARED.map(([, each]) => {
    const combination = learntCombination(observed, random, each);
    const score = (scores: PairScores): number => linearScore(combination, scores);
    return auroc(
      observed.map((scores) => -score(scores)),
      labels,
    );
  });
}

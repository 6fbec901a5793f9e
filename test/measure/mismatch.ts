import { parseArgs } from 'node:util';
import { EXCHANGED_WEIGHTS, FOREIGN_WEIGHTS } from '../../src/core/audit/combination.ts';
import { SCORE_NAMES } from '../../src/core/audit/pairScorer.ts';
import { auroc } from '../../src/core/matching/auroc.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import { cleanSets, type MeasuredWorkspace } from './cleanSets.ts';
import { DOUBT_LEVELS, doubtedPairs } from './doubts.ts';
import { averagePrecision, calibrationError, chanceError } from './figures.ts';
import { type NoiseKind, noisyCopy } from './noisyCopy.ts';

const KINDS: readonly NoiseKind[] = ['random', 'swap', 'noun', 'shift'];
/**
 * How well are wrong captions found? Embeds the dataset once, exchanges captions in memory, and prints the figures of
 * the audit beside the raw cosine's.
 */
export async function measureMismatch(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      kind: { type: 'string', default: 'random' },
      rate: { type: 'string', multiple: true, default: ['0.1', '0.25', '0.4'] },
      seeds: { type: 'string', default: '10' },
      limit: { type: 'string', default: '2000' },
      split: { type: 'string', multiple: true },
      without: { type: 'string', multiple: true, default: [] },
    },
  });
  const [folder] = positionals;
  const kind = KINDS.find((known) => known === values.kind);
  if (folder === undefined || kind === undefined) {
    console.error(
      `Usage: npm run measure -- DATASET [--kind ${KINDS.join('|')}] [--rate SHARE] [--seeds N] [--limit N] [--split NAME] [--without EVIDENCE]`,
    );
    process.exit(2);
  }
  leaveOut(values.without);
  const terminal = new Terminal({ quiet: false, color: true });
  for await (const { workspace, clean } of cleanSets([folder], values.split, terminal)) {
    console.log(`${folder}, ${kind}, seeds 0..${Number(values.seeds) - 1}, ${workspace.modelId}`);
    console.log(
      'rate   pairs AUROC cosine AP    calibration error (most; by chance)  flagged precision claimed recall  share error (most)',
    );
    for (const rate of values.rate.map(Number)) {
      const runs: Run[] = [];
      for (let seed = 0; seed < Number(values.seeds); seed++) {
        const { embedded, wrong } = noisyCopy(clean, {
          kind,
          rate,
          seed,
          limit: Number(values.limit),
        });
        const audit = await workspace.audit(embedded, { levels: DOUBT_LEVELS }, {});
        runs.push(runOf(audit, wrong));
      }
      console.log(`${String(rate).padEnd(6)} ${lineOf(runs)}`);
    }
  }
}

/** What became of one noisy copy. */
interface Run {
  readonly pairs: number;
  readonly auroc: number;
  readonly ofCosine: number;
  readonly averagePrecision: number;
  readonly error: number;
  /** The same to expect if every probability is true. */
  readonly chance: number;
  readonly wrong: number;
  readonly flagged: number;
  readonly hits: number;
  /** Sum of the probabilities shown of the flagged pairs. */
  readonly claimed: number;
  readonly share: number;
}

function runOf(
  { pairs, findings, estimate }: Awaited<ReturnType<MeasuredWorkspace['audit']>>,
  wrong: readonly boolean[],
): Run {
  const mismatch = pairs.map((pair) => pair?.mismatch ?? 0);
  const doubted = doubtedPairs(findings);
  const cosines = pairs.map((pair) => -(pair?.similarity ?? 0));
  const both = wrong.includes(true) && wrong.includes(false);
  return {
    pairs: wrong.length,
    auroc: both ? auroc(mismatch, wrong) : NaN,
    ofCosine: both ? auroc(cosines, wrong) : NaN,
    averagePrecision: both ? averagePrecision(mismatch, wrong) : NaN,
    error: calibrationError(mismatch, wrong),
    chance: chanceError(mismatch),
    wrong: wrong.filter(Boolean).length,
    flagged: doubted.size,
    hits: [...doubted.keys()].filter((p) => wrong[p]).length,
    claimed: [...doubted.values()].reduce((sum, claimed) => sum + claimed, 0),
    share: estimate?.wrongShare ?? 0,
  };
}

/** The runs of one rate: means, and precision and recall of all their findings together. */
function lineOf(runs: readonly Run[]): string {
  const values = (of: (run: Run) => number): number[] => runs.map(of);
  const sum = (of: (run: Run) => number): number => values(of).reduce((a, b) => a + b, 0);
  const mean = (of: (run: Run) => number): string => (sum(of) / runs.length).toFixed(3);
  const flagged = sum((run) => run.flagged);
  const ratio = (part: number, of: number): string => (of === 0 ? '-' : (part / of).toFixed(3));
  const shareErrors = (run: Run): number => Math.abs(run.share - run.wrong / run.pairs);
  return [
    mean(({ pairs }) => pairs).replace('.000', ''),
    mean((run) => run.auroc),
    mean((run) => run.ofCosine),
    mean((run) => run.averagePrecision),
    `${mean(({ error }) => error)} (${Math.max(...values(({ error }) => error)).toFixed(3)}; ${mean(({ chance }) => chance)})`,
    flagged,
    ratio(
      sum(({ hits }) => hits),
      flagged,
    ),
    ratio(
      sum(({ claimed }) => claimed),
      flagged,
    ),
    ratio(
      sum(({ hits }) => hits),
      sum(({ wrong }) => wrong),
    ),
    `${mean(({ share }) => share)} of ${(sum(({ wrong }) => wrong) / sum(({ pairs }) => pairs)).toFixed(3)}: ${mean(shareErrors)} (${Math.max(...values(shareErrors)).toFixed(3)})`,
  ].join('  ');
}

/** Judges without some of the scores that are weighed by hand: what they add to the others is what is missing then. */
function leaveOut(names: readonly string[]): void {
  const weighed = SCORE_NAMES.filter(
    (_, f) => EXCHANGED_WEIGHTS[f] !== 0 || FOREIGN_WEIGHTS[f] !== 0,
  );
  for (const name of names) {
    const term = SCORE_NAMES.findIndex((known) => known === name);
    if (!weighed.some((known) => known === name)) {
      console.error(`--without takes ${weighed.join(', ')}.`);
      process.exit(2);
    }
    for (const weights of [EXCHANGED_WEIGHTS, FOREIGN_WEIGHTS]) Reflect.set(weights, term, 0);
  }
}

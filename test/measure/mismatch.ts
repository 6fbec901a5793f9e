import { parseArgs } from 'node:util';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import { SCORE_NAMES, PairScorer } from '../../src/core/audit/pairScorer.ts';
import { auroc } from '../../src/core/matching/auroc.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import { cleanSets } from './cleanSets.ts';
import { averagePrecision, calibrationError } from './figures.ts';
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
    console.log('rate  pairs  AUROC  cosine  AP     ECE    flagged precision recall  estimated');
    for (const rate of values.rate.map(Number)) {
      const rows: number[][] = [];
      for (let seed = 0; seed < Number(values.seeds); seed++) {
        const { embedded, wrong } = noisyCopy(clean, {
          kind,
          rate,
          seed,
          limit: Number(values.limit),
        });
        const { pairs: judged, estimate } = await workspace.audit(
          embedded,
          { levels: DEFAULT_LEVELS },
          {},
        );
        const mismatch = judged.map((pair) => pair?.mismatch ?? 0);
        const flagged = judged.map((pair) => pair?.findings.includes('caption-mismatch') ?? false);
        const hits = flagged.filter((flag, i) => flag && wrong[i] === true).length;
        rows.push([
          wrong.length,
          auroc(mismatch, wrong),
          auroc(
            judged.map((pair) => -(pair?.similarity ?? 0)),
            wrong,
          ),
          averagePrecision(mismatch, wrong),
          calibrationError(mismatch, wrong),
          flagged.filter(Boolean).length,
          hits / Math.max(1, flagged.filter(Boolean).length),
          hits / Math.max(1, wrong.filter(Boolean).length),
          estimate?.wrongShare ?? 0,
        ]);
      }
      const means = (rows[0] ?? []).map(
        (_, c) => rows.reduce((sum, line) => sum + (line[c] ?? 0), 0) / rows.length,
      );
      const shown = means.map((mean, c) =>
        c === 0 || c === 5 ? mean.toFixed(0) : mean.toFixed(4),
      );
      console.log(`${rate}  ${shown.join('  ')}`);
    }
  }
}

/** Judges as if some kinds of evidence said the same of every pair: what they add to the others is what is missing then. */
function leaveOut(names: readonly string[]): void {
  const terms = names.map((name) => SCORE_NAMES.findIndex((known) => known === name));
  if (terms.includes(-1)) {
    console.error(`--without takes ${SCORE_NAMES.join(', ')}.`);
    process.exit(2);
  }
  const { prototype } = PairScorer;
  const whole: PairScorer['of'] = Reflect.get(prototype, 'of');
  prototype.of = function (this: PairScorer, ...args) {
    const evidence = whole.apply(this, args);
    for (const term of terms) evidence[term] = 0;
    return evidence;
  };
}

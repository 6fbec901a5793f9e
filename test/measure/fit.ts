import path from 'node:path';
import { parseArgs } from 'node:util';
import { LEAST_PICTURES } from '../../src/core/audit/captionPrediction.ts';
import { fitDataset } from '../../src/core/audit/fitting/fitDataset.ts';
import { isBetter } from '../../src/core/audit/fitting/fittedModel.ts';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import { auroc } from '../../src/core/matching/auroc.ts';
import { prepareFit } from '../../src/engine/audit/fitInPlace.ts';
import { fittedBytes, parseFit } from '../../src/engine/audit/fittedFile.ts';
import { openEncoders } from '../../src/adapters/encoders.ts';
import { cleanSets } from './cleanSets.ts';
import { calibrationError } from './figures.ts';
import { noisyCopy } from './noisyCopy.ts';

/**
 * How much better does the audit judge a dataset after `pairlens fit`? Exchanges captions in memory, and prints the AUROC and
 * calibration error of `mismatch` without and with the fit, by the same code; at rate 0, where nothing is wrong, the captions
 * flagged. A fit that is not better on held-out captions is not used.
 */
export async function measureFit(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      case: { type: 'string', multiple: true, default: ['random:0', 'random:0.4', 'noun:0.4'] },
      seeds: { type: 'string', default: '3' },
      limit: { type: 'string', default: '2000' },
      split: { type: 'string', multiple: true },
      rounds: { type: 'string', default: '3' },
    },
  });
  if (positionals.length === 0) {
    console.error(
      'Usage: npm run measure -- fit DATASET... [--case KIND:RATE] [--seeds N] [--limit N] [--split NAME] [--rounds N]',
    );
    process.exit(2);
  }
  const { reference, close } = await openEncoders(undefined, undefined);
  await close();
  for await (const { folder, workspace, clean } of cleanSets(positionals, values.split)) {
    for (const each of values.case) {
      const [kind, rate] = each.split(':');
      if (kind !== 'random' && kind !== 'noun') throw new Error(`no such case: ${each}`);
      for (let seed = 0; seed < Number(values.seeds); seed++) {
        const limit = Number(values.limit);
        const { embedded, wrong } = noisyCopy(clean, { kind, rate: Number(rate), seed, limit });
        if (wrong.length < LEAST_PICTURES) throw new Error(`${folder} is too small`);
        const judged = async (
          fitted?: ReturnType<typeof parseFit>,
        ): Promise<{ readonly mismatch: readonly number[]; readonly flagged: number }> => {
          const wanted = { levels: DEFAULT_LEVELS, ...(fitted && { fit: fitted }) };
          const { pairs } = await workspace.audit(embedded, wanted, {});
          return {
            mismatch: pairs.map((pair) => pair?.mismatch ?? 0),
            flagged: pairs.filter((pair) => pair?.findings.includes('caption-mismatch')).length,
          };
        };
        const before = await judged();
        const started = performance.now();
        const cpu = process.cpuUsage();
        const prepared = await prepareFit(embedded, { reference }, {});
        const options = { rounds: Number(values.rounds), folds: 5, seed: 0 };
        const { best, rounds } = await fitDataset(prepared, options);
        const { user, system } = process.cpuUsage(cpu);
        const seconds = (performance.now() - started) / 1000;
        // As the file keeps it.
        const origin = {
          encoder: clean.modelId,
          dataset: '',
          pairs: 0,
          images: 0,
          folds: 5,
          seed: 0,
        };
        const used = isBetter(best.heldOut);
        const after = used
          ? await judged(parseFit(fittedBytes({ origin, rounds, ...best })))
          : before;
        const figures = ({ mismatch, flagged }: typeof before): string =>
          wrong.includes(true)
            ? `${auroc(mismatch, wrong).toFixed(4)} (${calibrationError(mismatch, wrong).toFixed(3)})`
            : `${flagged} flagged`;
        console.log(
          [
            `${path.basename(folder)} ${each} seed ${seed}, ${wrong.length} pairs:`,
            `${figures(before)} to ${figures(after)}${used ? '' : ', not used'};`,
            `held out ${best.heldOut.before.toFixed(4)} to ${best.heldOut.after.toFixed(4)} +- ${best.heldOut.error.toFixed(4)};`,
            `${rounds} rounds, ${((user + system) / 1e6).toFixed(0)} s of processor, ${seconds.toFixed(0)} s,`,
            `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`,
          ].join(' '),
        );
      }
    }
  }
}

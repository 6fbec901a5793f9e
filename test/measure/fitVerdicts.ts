import path from 'node:path';
import { parseArgs } from 'node:util';
import { openEncoders } from '../../src/adapters/encoders.ts';
import { fitDataset } from '../../src/core/audit/fitting/fitDataset.ts';
import { isBetter } from '../../src/core/audit/fitting/fittedModel.ts';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import type { Decision } from '../../src/core/dataset/decisions.ts';
import { auroc } from '../../src/core/matching/auroc.ts';
import { fittedBytes, parseFit } from '../../src/engine/audit/fittedFile.ts';
import { prepareFit, saidRight } from '../../src/engine/audit/fitInPlace.ts';
import { cleanSets } from './cleanSets.ts';
import { noisyCopy } from './noisyCopy.ts';

/**
 * What do verdicts teach a fit? A simulated person answers for the captions that look worst: right ones are verified, wrong ones
 * excluded. AUROC of `mismatch` of all other captions, with these decisions: without a fit, with one that does not know that the
 * verified are right, with one that does.
 */
export async function measureFitVerdicts(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      case: { type: 'string', multiple: true, default: ['random:0.25'] },
      answers: { type: 'string', default: '60' },
      seeds: { type: 'string', default: '3' },
      limit: { type: 'string', default: '600' },
      split: { type: 'string', multiple: true },
    },
  });
  const { reference, close } = await openEncoders(undefined, undefined);
  await close();
  for await (const { folder, workspace, clean } of cleanSets(positionals, values.split)) {
    for (const each of values.case) {
      const [kind, rate] = each.split(':');
      if (kind !== 'random' && kind !== 'noun') throw new Error(`no such case: ${each}`);
      for (let seed = 0; seed < Number(values.seeds); seed++) {
        const limit = Number(values.limit);
        const { embedded, wrong } = noisyCopy(clean, { kind, rate: Number(rate), seed, limit });
        const mismatchOf = async (
          decisions: readonly (Decision | undefined)[],
          fit?: ReturnType<typeof parseFit>,
        ): Promise<readonly number[]> => {
          const wanted = { levels: DEFAULT_LEVELS, decisions, ...(fit && { fit }) };
          const { pairs } = await workspace.audit(embedded, wanted, {});
          return pairs.map((pair) => pair?.mismatch ?? 0);
        };
        const first = await mismatchOf([]);
        const worst = [...first.keys()].sort((a, b) => first[b]! - first[a]!);
        const answered = new Set(worst.slice(0, Number(values.answers)));
        const decisions = wrong.map((isWrong, p): Decision | undefined =>
          answered.has(p) ? (isWrong ? 'excluded' : 'verified') : undefined,
        );
        const rest = worst.filter((p) => !answered.has(p));
        const areaOf = (mismatch: readonly number[]): string =>
          auroc(
            rest.map((p) => mismatch[p]!),
            rest.map((p) => wrong[p]!),
          ).toFixed(4);
        const fitted = async (knows: boolean): Promise<string> => {
          const prepared = await prepareFit(embedded, { reference }, { decisions });
          const right = knows ? saidRight(prepared, { decisions }) : [];
          const options = { rounds: 3, folds: 5, seed: 0 };
          const { best, rounds } = await fitDataset(prepared, { ...options, right });
          const origin = {
            ...{ encoder: clean.modelId, dataset: '', pairs: 0, images: 0 },
            ...{ folds: options.folds, seed: options.seed },
          };
          const file = parseFit(fittedBytes({ origin, rounds, ...best }));
          const used = isBetter(best.heldOut) ? '' : ' (not used)';
          return `${areaOf(await mismatchOf(decisions, file))}${used}`;
        };
        const verified = decisions.filter((decision) => decision === 'verified').length;
        console.log(
          [
            `${path.basename(folder)} ${each} seed ${seed}, ${wrong.length} pairs,`,
            `${verified} verified, ${answered.size - verified} excluded:`,
            `no fit ${areaOf(await mismatchOf(decisions))},`,
            `fit without verdicts ${await fitted(false)}, with them ${await fitted(true)}`,
          ].join(' '),
        );
      }
    }
  }
}

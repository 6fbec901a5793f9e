import path from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import { auroc } from '../../src/core/matching/auroc.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import { datasetPart } from '../support/datasetPart.ts';
import { cleanSets } from './cleanSets.ts';
import { noisyCopy } from './noisyCopy.ts';

/**
 * How well is one half of a dataset judged by a model learnt from the other? Beside the audit of that half itself; both halves
 * have exchanged captions.
 */
export async function measureLearnt(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rate: { type: 'string', multiple: true, default: ['0.02', '0.1', '0.4'] },
      seeds: { type: 'string', default: '3' },
      bank: { type: 'string', multiple: true, default: ['250', '1000', '4000'] },
      limit: { type: 'string', default: '8000' },
      split: { type: 'string', multiple: true },
    },
  });
  const terminal = new Terminal({ quiet: false, color: true });
  for await (const { workspace, clean } of cleanSets(positionals, values.split, terminal)) {
    for (const rate of values.rate.map(Number)) {
      const own: number[] = [];
      const byBank = new Map<number, number[]>();
      for (let seed = 0; seed < Number(values.seeds); seed++) {
        const limit = Number(values.limit);
        const { embedded, wrong } = noisyCopy(clean, { kind: 'random', rate, seed, limit });
        const half = Math.floor(wrong.length / 2);
        const judged = datasetPart(embedded, half, wrong.length);
        const expected = wrong.slice(half);
        const levels = DEFAULT_LEVELS;
        const scored = async (wanted: Parameters<typeof workspace.audit>[1]): Promise<number> => {
          const { pairs } = await workspace.audit(judged, wanted, {});
          return auroc(
            pairs.map((pair) => pair?.mismatch ?? 0),
            expected,
          );
        };
        own.push(await scored({ levels }));
        for (const bank of values.bank.map(Number)) {
          if (bank > half) continue;
          const learnt = await workspace.learn(datasetPart(embedded, 0, bank), [], {});
          byBank.set(bank, [...(byBank.get(bank) ?? []), await scored({ levels, learnt })]);
        }
      }
      const shown = [...byBank].map(([bank, all]) => `bank of ${bank} ${mean(all).toFixed(4)}`);
      const name = path.basename(clean.dataset.root);
      console.log(`${name} ${rate}: own audit ${mean(own).toFixed(4)}, ${shown.join(', ')}`);
    }
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Decision } from '../../src/core/dataset/decisions.ts';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import { auroc } from '../../src/core/matching/auroc.ts';
import { cleanSets } from './cleanSets.ts';
import { noisyCopy } from './noisyCopy.ts';

/**
 * A simulated person answers the first findings truthfully: a wrong caption is mended, a right one verified. What is
 * promised of the other findings, and what is kept, when the verified pairs teach the audit and when they do not?
 */
export async function measureVerdicts(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rate: { type: 'string', multiple: true, default: ['0.1', '0.25'] },
      answers: { type: 'string', default: '20' },
      seeds: { type: 'string', default: '3' },
      limit: { type: 'string', default: '600' },
      split: { type: 'string', multiple: true },
    },
  });
  const levels = DEFAULT_LEVELS;
  for await (const { folder, workspace, pairs, clean } of cleanSets(positionals, values.split)) {
    const textOf = new Map(pairs.map(({ image }, p) => [image, clean.textRow[p]!]));
    for (const rate of values.rate.map(Number)) {
      const kept = ['not taught', 'taught'].map((name) => ({
        name,
        reported: 0,
        right: 0,
        promised: 0,
        aurocs: [] as number[],
      }));
      let verified = 0;
      for (let seed = 0; seed < Number(values.seeds); seed++) {
        const limit = Number(values.limit);
        const { embedded, wrong } = noisyCopy(clean, { kind: 'random', rate, seed, limit });
        const first = await workspace.audit(embedded, { levels }, {});
        const order = first.findings.flatMap(({ code, pair }) =>
          pair !== undefined && (code === 'caption-mismatch' || code === 'captions-swapped')
            ? [pair]
            : [],
        );
        const answered = new Set([...new Set(order)].slice(0, Number(values.answers)));
        const textRow = embedded.textRow.slice();
        const decisions: (Decision | undefined)[] = wrong.map((isWrong, p) =>
          answered.has(p) && !isWrong ? 'verified' : undefined,
        );
        verified += decisions.filter((decision) => decision !== undefined).length;
        const mended = embedded.dataset.pairs.map((pair, p) => {
          if (!answered.has(p) || wrong[p] !== true) return pair;
          textRow[p] = textOf.get(pair.image)!;
          return { ...pair, caption: clean.texts.texts[textRow[p]]! };
        });
        const after = { ...embedded, textRow, dataset: { ...embedded.dataset, pairs: mended } };
        const rest = wrong.flatMap((_, p) => (answered.has(p) ? [] : [p]));
        for (const [k, known] of [undefined, decisions].entries()) {
          const audit = await workspace.audit(
            after,
            { levels, ...(known && { decisions: known }) },
            {},
          );
          const sum = kept[k]!;
          for (const p of rest) {
            const pair = audit.pairs[p];
            if (pair?.findings.includes('caption-mismatch') !== true) continue;
            sum.reported++;
            sum.promised += pair.mismatch;
            if (wrong[p] === true) sum.right++;
          }
          sum.aurocs.push(
            auroc(
              rest.map((p) => audit.pairs[p]?.mismatch ?? 0),
              rest.map((p) => wrong[p] === true),
            ),
          );
        }
      }
      console.log(`${path.basename(folder)} ${rate}: ${verified} verified`);
      for (const { name, reported, right, promised, aurocs } of kept) {
        const of = Math.max(1, reported);
        const mean = aurocs.reduce((total, value) => total + value, 0) / aurocs.length;
        console.log(
          `  ${name}: of the rest ${reported} reported, precision ${(right / of).toFixed(3)} (claimed ${(promised / of).toFixed(3)}), AUROC ${mean.toFixed(4)}`,
        );
      }
    }
  }
}

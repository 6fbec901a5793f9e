import path from 'node:path';
import { parseArgs } from 'node:util';
import { auroc } from '../../src/core/matching/auroc.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import { openWorkspace } from '../../src/cli/composeCli.ts';
import { DOUBT_LEVELS, doubtedPairs } from './doubts.ts';
import {
  type Cell,
  cellDataset,
  rowsOf,
  STYLES,
  topicCell,
  topicWords,
  writeCell,
} from './topicCells.ts';

/** What became of one cell. */
interface Judged {
  readonly cell: Cell;
  readonly pairs: number;
  readonly wrong: number;
  readonly flagged: number;
  readonly hits: number;
  readonly share: number;
  /** Sum of the probabilities shown of the flagged pairs. */
  readonly claimed: number;
  readonly auroc: number;
}

/**
 * Folders of photos of one topic: how many right captions are called wrong, and how many planted ones are found?
 * Every cell is indexed from the cache, and judged in memory.
 */
export async function measureOneTopic(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      word: { type: 'string', multiple: true },
      words: { type: 'string', default: '6' },
      n: {
        type: 'string',
        multiple: true,
        default: ['20', '40', '60', '120', '200', '300', '390', '410'],
      },
      style: { type: 'string', multiple: true, default: [...STYLES] },
      seeds: { type: 'string', default: '5' },
      foreign: { type: 'string', default: '0' },
      swaps: { type: 'string', default: '0' },
      half: { type: 'string' },
      write: { type: 'string' },
      cells: { type: 'boolean', default: false },
    },
  });
  if (positionals.length === 0) {
    console.error(
      'Usage: npm run measure -- one-topic SET... [--word WORD ...] [--words N] [--n PHOTOS ...] [--style STYLE ...] [--seeds N] [--foreign SHARE] [--swaps SHARE] [--half tune|report] [--write DIR] [--cells]',
    );
    process.exit(2);
  }
  const styles = STYLES.filter((style) => values.style.includes(style));
  const all: Judged[] = [];
  const terminal = new Terminal({ quiet: true, color: false });
  const workspace = await openWorkspace({ globals: { color: true }, terminal }, undefined);
  try {
    for (const folder of positionals) {
      for (const opened of await workspace.open(path.resolve(folder), {})) {
        const rows = rowsOf(opened);
        const frequent = topicWords(rows, 40);
        const step = Math.max(1, frequent.length / Number(values.words));
        const spread = Array.from(
          { length: Number(values.words) },
          (_, i) => frequent[Math.floor(i * step)],
        );
        const words = values.word ?? [...new Set(spread.flatMap((word) => word ?? []))];
        for (const [w, word] of words.entries()) {
          if (values.half !== undefined && (w % 2 === 0) !== (values.half === 'tune')) continue;
          const cells = values.n.flatMap((n) =>
            styles.flatMap((style) =>
              Array.from({ length: Number(values.seeds) }, (_, seed) =>
                topicCell(rows, {
                  word,
                  n: Number(n),
                  style,
                  seed,
                  foreign: Number(values.foreign),
                  swaps: Number(values.swaps),
                }),
              ),
            ),
          );
          const judged: Judged[] = [];
          for (const cell of cells) {
            // A smaller topic gives the same cell for every larger number.
            if (cell.images.length < Math.min(cell.n, 20)) continue;
            if (
              cell.images.length < cell.n &&
              cells.some((other) => other.n < cell.n && other.n >= cell.images.length)
            )
              continue;
            if (values.write !== undefined)
              await writeCell(
                opened.root,
                cell,
                path.join(values.write, cell.name.replaceAll(/[ ,]+/g, '-')),
              );
            const embedded = await workspace.index(
              cellDataset(opened.root, cell),
              {},
              { triggerWords: [] },
            );
            const audit = await workspace.audit(embedded, { levels: DOUBT_LEVELS }, {});
            const mismatch = audit.pairs.map((pair) => pair?.mismatch ?? 0);
            const doubted = doubtedPairs(audit.findings);
            const wrong = cell.kind.map((kind) => kind !== undefined);
            judged.push({
              cell,
              pairs: wrong.length,
              wrong: wrong.filter(Boolean).length,
              flagged: doubted.size,
              hits: [...doubted.keys()].filter((p) => wrong[p]).length,
              share: audit.estimate?.wrongShare ?? 0,
              claimed: [...doubted.values()].reduce((sum, claimed) => sum + claimed, 0),
              auroc: wrong.includes(true) && wrong.includes(false) ? auroc(mismatch, wrong) : NaN,
            });
          }
          if (judged.length > 0) print(`${path.basename(folder)}/${word}`, judged);
          if (values.cells) for (const each of judged) print(`  ${each.cell.name}`, [each]);
          all.push(...judged);
        }
      }
    }
    print('all', all);
    for (const n of values.n)
      print(
        `n = ${n}`,
        all.filter(({ cell }) => cell.n === Number(n)),
      );
    for (const style of styles)
      print(
        style,
        all.filter(({ cell }) => cell.style === style),
      );
  } finally {
    await workspace.close();
  }
}

function print(name: string, judged: readonly Judged[]): void {
  if (judged.length === 0) return;
  const sum = (value: (each: Judged) => number): number =>
    judged.reduce((total, each) => total + value(each), 0);
  const rates = judged.map(({ flagged, pairs }) => flagged / Math.max(1, pairs));
  const flagged = sum((each) => each.flagged);
  const wrong = sum((each) => each.wrong);
  const aurocs = judged.map((each) => each.auroc).filter((value) => !Number.isNaN(value));
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`.padStart(7);
  const parts = [
    name.padEnd(26),
    `cells ${String(judged.length).padStart(4)}`,
    `flagged mean ${percent(rates.reduce((a, b) => a + b, 0) / rates.length)} most ${percent(Math.max(...rates))}`,
    `cells over 3 % ${String(rates.filter((rate) => rate > 0.03).length).padStart(3)}`,
    `share mean ${percent(sum((each) => each.share) / judged.length)} most ${percent(Math.max(...judged.map(({ share }) => share)))}`,
  ];
  if (wrong > 0) {
    parts.push(
      `precision ${(sum((each) => each.hits) / Math.max(1, flagged)).toFixed(3)} claimed ${(sum((each) => each.claimed) / Math.max(1, flagged)).toFixed(3)}`,
      `recall ${(sum((each) => each.hits) / wrong).toFixed(3)}`,
      `AUROC ${(aurocs.reduce((a, b) => a + b, 0) / Math.max(1, aurocs.length)).toFixed(3)}`,
    );
  }
  console.log(parts.join('  '));
}

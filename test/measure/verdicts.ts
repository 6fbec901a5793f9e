import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Decision } from '../../src/core/dataset/decisions.ts';
import type { EmbeddedDataset, TextTable } from '../../src/core/audit/embeddedDataset.ts';
import { auroc } from '../../src/core/matching/auroc.ts';
import { dotRows } from '../../src/core/matching/innerProducts.ts';
import { gatheredRows } from '../../src/core/matching/scoreBlocks.ts';
import { cleanSets, type MeasuredWorkspace } from './cleanSets.ts';
import { DOUBT_LEVELS, doubtedPairs } from './doubts.ts';
import { calibrationError } from './figures.ts';
import { type NoiseKind, noisyCopy } from './noisyCopy.ts';
import { cellDataset, rowsOf, topicCell } from './topicCells.ts';

const KINDS: readonly NoiseKind[] = ['random', 'swap', 'noun', 'shift'];

/** A dataset with wrong captions, and what a person who knows better would write. */
interface Task {
  readonly embedded: EmbeddedDataset;
  readonly wrong: readonly boolean[];
  /** Row in the captions of the right caption of each pair. */
  readonly rightRow: readonly number[];
}

/**
 * A simulated person answers the first findings truthfully: a wrong caption is mended, a right one verified. What is
 * promised of the other captions, and what is kept, when the answers teach the audit and when they do not? And how many of the
 * findings that look right after the answers are?
 */
export async function measureVerdicts(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      kind: { type: 'string', default: 'random' },
      rate: { type: 'string', multiple: true, default: ['0.1', '0.25'] },
      answers: { type: 'string', default: '20' },
      seeds: { type: 'string', default: '3' },
      limit: { type: 'string', default: '600' },
      split: { type: 'string', multiple: true },
      word: { type: 'string' },
      n: { type: 'string', default: '120' },
    },
  });
  const kind = KINDS.find((known) => known === values.kind) ?? 'random';
  const { word } = values;
  for await (const { folder, workspace, pairs, clean } of cleanSets(positionals, values.split)) {
    const textOf = new Map(pairs.map(({ image }, p) => [image, clean.textRow[p]!]));
    const noisy = (rate: number, seed: number): Promise<Task> => {
      const copy = noisyCopy(clean, { kind, rate, seed, limit: Number(values.limit) });
      const rightRow = copy.embedded.dataset.pairs.map(({ image }) => textOf.get(image)!);
      return Promise.resolve({ ...copy, rightRow });
    };
    const topic = async (foreign: number, seed: number): Promise<Task> => {
      const made = { word: word ?? '', n: Number(values.n), style: 'sentence', seed } as const;
      const rows = rowsOf(clean.dataset);
      const cell = topicCell(rows, { ...made, foreign });
      const right = topicCell(rows, made);
      const given = cellDataset(clean.dataset.root, cell);
      // Both captions of each image, so that all are embedded.
      const both = cellDataset(clean.dataset.root, right).pairs.map((pair) => ({
        ...pair,
        captionIndex: 1,
      }));
      const all = { ...given, pairs: [...given.pairs, ...both] };
      const embedded = await workspace.index(all, {}, { triggerWords: [] });
      const n = given.pairs.length;
      return {
        embedded: {
          ...embedded,
          dataset: { ...embedded.dataset, pairs: given.pairs },
          imageRow: embedded.imageRow.slice(0, n),
          textRow: embedded.textRow.slice(0, n),
        },
        wrong: cell.kind.map((planted) => planted !== undefined),
        rightRow: [...embedded.textRow.slice(n)],
      };
    };
    for (const rate of values.rate.map(Number)) {
      const arms = ['not taught', 'taught'].map((name) => new Arm(name));
      let verified = 0;
      let mended = 0;
      const open = new Tally();
      const gone = new Tally();
      const alike = new Tally();
      for (let seed = 0; seed < Number(values.seeds); seed++) {
        const task = await (word === undefined ? noisy : topic)(rate, seed);
        const reported = await reportedPairs(workspace, task);
        const answered = new Set(reported.slice(0, Number(values.answers)));
        const rest = task.wrong.flatMap((_, p) => (answered.has(p) ? [] : [p]));
        verified += [...answered].filter((p) => task.wrong[p] === false).length;
        mended += [...answered].filter((p) => task.wrong[p] === true).length;
        const { embedded, decisions, replaced } = afterAnswers(task, answered);
        const levels = DOUBT_LEVELS;
        const audits = [
          await workspace.audit(embedded, { levels }, {}),
          await workspace.audit(embedded, { levels, decisions, replaced }, {}),
        ];
        for (const [a, audit] of audits.entries()) arms[a]!.add(audit.pairs, rest, task.wrong);
        const after = doubtedPairs(audits.at(-1)?.findings ?? []);
        for (const p of reported.filter((each) => !answered.has(each))) {
          const isRight = task.wrong[p] === false;
          open.add(isRight);
          if (!after.has(p)) gone.add(isRight);
          else if (nearestIsVerified(task, p, answered)) alike.add(isRight);
        }
      }
      const name = word === undefined ? kind : `${word}, foreign`;
      console.log(
        `${path.basename(folder)} ${name} ${rate}: ${mended} mended, ${verified} verified`,
      );
      for (const arm of arms) console.log(`  ${arm.line()}`);
      console.log(
        `  not answered: ${open.line()}; no longer reported: ${gone.line()}; nearest to a verified pair: ${alike.line()}`,
      );
    }
  }
}

/** The captions that findings call wrong, the worst first. */
async function reportedPairs(
  workspace: MeasuredWorkspace,
  { embedded }: Task,
): Promise<readonly number[]> {
  const { findings } = await workspace.audit(embedded, { levels: DOUBT_LEVELS }, {});
  return [...doubtedPairs(findings).keys()];
}

/** Whether the answered pair that is nearest, by picture and caption, was verified. */
function nearestIsVerified(
  { embedded, wrong }: Task,
  p: number,
  answered: ReadonlySet<number>,
): boolean {
  const { images, texts, imageRow, textRow } = embedded;
  let best = -Infinity;
  let verified = false;
  for (const q of answered) {
    const likeness =
      dotRows(images.visual, imageRow[p]!, images.visual, imageRow[q]!) +
      dotRows(texts.sentence, textRow[p]!, texts.sentence, textRow[q]!);
    if (likeness <= best) continue;
    best = likeness;
    verified = wrong[q] === false;
  }
  return verified;
}

/** The dataset with mended captions, and what the person said by that. */
function afterAnswers({ embedded, wrong, rightRow }: Task, answered: ReadonlySet<number>) {
  const textRow = embedded.textRow.slice();
  const gone: number[] = [];
  const replaced: { imageRow: number; row: number }[] = [];
  const decisions: (Decision | undefined)[] = wrong.map((isWrong, p) =>
    answered.has(p) && !isWrong ? 'verified' : undefined,
  );
  const { texts } = embedded;
  const pairs = embedded.dataset.pairs.map((pair, p) => {
    if (!answered.has(p) || wrong[p] !== true) return pair;
    replaced.push({ imageRow: embedded.imageRow[p]!, row: gone.length });
    gone.push(textRow[p]!);
    textRow[p] = rightRow[p]!;
    return { ...pair, caption: texts.texts[rightRow[p]!]! };
  });
  const table: TextTable = {
    texts: gone.map((t) => texts.texts[t]!),
    embedding: gatheredRows(texts.embedding, gone),
    sentence: gatheredRows(texts.sentence, gone),
  };
  const dataset = { ...embedded.dataset, pairs };
  return { embedded: { ...embedded, textRow, dataset, replaced: table }, decisions, replaced };
}

/** Findings, and those whose caption is right. */
class Tally {
  #all = 0;
  #right = 0;

  add(isRight: boolean): void {
    this.#all++;
    if (isRight) this.#right++;
  }

  line(): string {
    return `${this.#all}, right ${this.#right}`;
  }
}

/** What is promised and kept of the captions that were not answered. */
class Arm {
  readonly name: string;
  #reported = 0;
  #right = 0;
  #promised = 0;
  readonly #errors: number[] = [];
  readonly #aurocs: number[] = [];

  constructor(name: string) {
    this.name = name;
  }

  add(
    pairs: readonly (
      { readonly mismatch: number; readonly findings: readonly string[] } | undefined
    )[],
    rest: readonly number[],
    wrong: readonly boolean[],
  ): void {
    for (const p of rest) {
      const pair = pairs[p];
      if (pair?.findings.includes('caption-mismatch') !== true) continue;
      this.#reported++;
      this.#promised += pair.mismatch;
      if (wrong[p] === true) this.#right++;
    }
    const mismatch = rest.map((p) => pairs[p]?.mismatch ?? 0);
    const truth = rest.map((p) => wrong[p] === true);
    this.#errors.push(calibrationError(mismatch, truth));
    if (truth.includes(true)) this.#aurocs.push(auroc(mismatch, truth));
  }

  line(): string {
    const of = Math.max(1, this.#reported);
    const mean = (values: readonly number[]): string =>
      values.length === 0
        ? '-'
        : (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3);
    return `${this.name}: of the rest ${this.#reported} reported, precision ${(this.#right / of).toFixed(3)} (claimed ${(this.#promised / of).toFixed(3)}), calibration error ${mean(this.#errors)}, AUROC ${mean(this.#aurocs)}`;
  }
}

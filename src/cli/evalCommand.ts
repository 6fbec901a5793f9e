import { evaluateFolder, type Evaluation } from '../engine/batch/evaluateFolder.ts';
import { MATCHERS } from '../core/matching/matchers.ts';
import type { Recall } from '../core/matching/recall.ts';
import { jsonText, visibleText } from '../core/text/visibleText.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { openWorkspace } from './composeCli.ts';
import { withScoring } from './composeScorers.ts';
import { number } from './progressLine.ts';

export interface EvalOptions {
  readonly json?: true | undefined;
  readonly split?: string | undefined;
  readonly matcher?: string | undefined;
  readonly rerank: number;
  readonly rate: number;
  readonly seeds: number;
  readonly limit: number;
}

/** Width of the matcher column. */
const NAME = 20;

/** `pairlens eval`: retrieval and detection metrics, on a dataset whose captions are assumed to be correct. */
export async function evalCommand(
  folder: string,
  options: EvalOptions,
  context: CommandContext,
): Promise<number> {
  const root = await existingFolder(folder);
  const { matcher, rerank, ...measures } = options;
  const known = matcher === undefined || MATCHERS.some(({ id }) => id === matcher);
  const { threads } = context.globals;
  return withScoring(known ? undefined : matcher, rerank, threads, async (scoring) => {
    const workspace = await openWorkspace(context, root);
    try {
      const wanted = { ...measures, ...(scoring === undefined ? { matcher } : { scoring }) };
      const evaluations = await evaluateFolder(root, workspace, wanted, runOptions(context));
      const text =
        options.json === true
          ? `${jsonText({ version: 1, root, datasets: evaluations }, 2)}\n`
          : evaluations.map((evaluation) => table(evaluation, context)).join('\n');
      await context.terminal.print(text);
      return 0;
    } finally {
      await workspace.close();
    }
  });
}

function table(evaluation: Evaluation, { terminal }: CommandContext): string {
  const { bold, dim } = terminal.colors;
  const { folder, images, captions, model, matchers, injectedNoise } = evaluation;
  const name = folder === '' ? '' : `${visibleText(folder)}: `;
  const rows = (transductive: boolean): string[] =>
    matchers
      .filter((matcher) => matcher.transductive === transductive)
      .map(({ id, recall }) => recallRow(id, recall));
  const lines = [
    bold(`${name}${number(images)} images, ${number(captions)} captions, ${model}`),
    dim(`${' '.repeat(NAME)} image to text        text to image`),
    dim(`${' '.repeat(NAME)}  R@1   R@5  R@10     R@1   R@5  R@10     rsum`),
    dim('inductive: every query by itself'),
    ...rows(false),
    dim('transductive: with all queries of the set; not to be compared with the above'),
    ...rows(true),
  ];
  if (injectedNoise !== undefined) {
    const { rate, seeds, auroc, aurocSimilarity, aurocPairScore } = injectedNoise;
    const byScore =
      aurocPairScore === undefined ? '' : `, scorer alone ${aurocPairScore.toFixed(3)}`;
    lines.push(
      `Wrong captions found, AUROC: ${auroc.toFixed(3)} (cosine alone ${aurocSimilarity.toFixed(3)}${byScore})`,
      dim(
        `${Math.round(rate * 100)} % of ${number(injectedNoise.images)} images given another caption, mean of ${seeds} runs`,
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

function recallRow(name: string, { imageToText, textToImage, rsum }: Recall): string {
  const cells = ({ r1, r5, r10 }: Recall['imageToText']): string =>
    [r1, r5, r10].map((value) => value.toFixed(1).padStart(5)).join(' ');
  return `${name.padEnd(NAME)} ${cells(imageToText)}     ${cells(textToImage)}  ${rsum.toFixed(1).padStart(7)}`;
}

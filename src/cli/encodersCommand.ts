import { existsSync } from 'node:fs';
import path from 'node:path';
import { jsonText, visibleText } from '../core/text/visibleText.ts';
import { PairLensError } from '../core/errors.ts';
import { evaluateFolder, type Evaluation } from '../engine/batch/evaluateFolder.ts';
import { bytesText } from './cacheCommand.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { openWorkspace } from './composeCli.ts';
import { knownEncoders, type KnownEncoder, SHIPPED } from './composeEncoders.ts';

export interface EncodersOptions {
  readonly json?: true | undefined;
  readonly with?: readonly string[] | undefined;
  readonly only?: readonly string[] | undefined;
  readonly rate: number;
  readonly seeds: number;
  readonly limit: number;
}

/** An encoder on one dataset, or why it cannot be used. */
interface MeasuredEncoder {
  readonly encoder: string;
  readonly path?: string | undefined;
  readonly model?: string;
  readonly bytes?: number;
  /** Pictures decoded and encoded in a second on this machine. */
  readonly picturesPerSecond?: number;
  readonly datasets?: readonly Evaluation[];
  readonly error?: string;
}

/** Pictures that the speed is measured with. */
const TIMED = 32;

/** `pairlens encoders DIR`: all known encoders measured on a dataset, whose captions are taken to be right. */
export async function encodersCommand(
  folder: string | undefined,
  options: EncodersOptions,
  context: CommandContext,
): Promise<number> {
  const root = folder === undefined ? undefined : await existingFolder(folder);
  const { only, with: further = [] } = options;
  const known = chosenOf(
    await knownEncoders(context, root, [...further, ...foldersOf(only)]),
    only,
  );
  const measured: MeasuredEncoder[] = [];
  for (const encoder of known) {
    context.terminal.log.info(`Encoder ${encoder.name}`);
    measured.push(await measure(encoder, root, options, context));
  }
  const { terminal } = context;
  await terminal.print(
    options.json === true
      ? `${jsonText({ version: 1, ...(root !== undefined && { root }), encoders: measured }, 2)}\n`
      : table(measured, root !== undefined, options, context),
  );
  return 0;
}

/** Names that are folders are further encoders. */
function foldersOf(only: readonly string[] | undefined): string[] {
  return (only ?? []).filter((name) => name !== SHIPPED && existsSync(name));
}

/** Those that are asked for. @throws PairLensError `invalid-argument`. */
function chosenOf(
  known: readonly KnownEncoder[],
  only: readonly string[] | undefined,
): readonly KnownEncoder[] {
  if (only === undefined) return known;
  return only.map((name) => {
    const found = known.find(
      (each) => each.name === name || each.choice?.path === path.resolve(name),
    );
    if (found === undefined) {
      throw new PairLensError('invalid-argument', `There is no encoder ${name}.`, {
        remedy: `Known: ${known.map((each) => each.name).join(', ')}.`,
      });
    }
    return found;
  });
}

async function measure(
  { name, choice }: KnownEncoder,
  root: string | undefined,
  options: EncodersOptions,
  context: CommandContext,
): Promise<MeasuredEncoder> {
  const about = { encoder: name, path: choice?.path };
  try {
    const workspace = await openWorkspace(context, undefined, { encoder: choice });
    try {
      const { modelId: model, bytes } = workspace;
      if (root === undefined) return { ...about, model, bytes };
      const run = runOptions(context);
      const evaluation = { ...options, matcher: 'cosine', sameNoun: true };
      const datasets = await evaluateFolder(root, workspace, evaluation, run);
      const picturesPerSecond = await workspace.pictureSpeed(root, TIMED, run);
      return { ...about, model, bytes, picturesPerSecond, datasets };
    } finally {
      await workspace.close();
    }
  } catch (error) {
    // An encoder that cannot be used is told in its line; the others are measured all the same.
    if (!PairLensError.is(error, 'invalid-model')) throw error;
    return { ...about, error: error.message };
  }
}

function table(
  measured: readonly MeasuredEncoder[],
  onDataset: boolean,
  { rate, seeds }: EncodersOptions,
  { terminal }: CommandContext,
): string {
  const { bold, dim } = terminal.colors;
  const width = Math.max(8, ...measured.map(({ encoder }) => encoder.length));
  const heads = onDataset
    ? 'size      pictures/s   AUROC random  same noun   R@1 image to text  text to image'
    : 'size';
  const lines = [bold(`${'encoder'.padEnd(width)}  ${heads}`)];
  for (const { encoder, bytes = 0, picturesPerSecond = 0, datasets, error } of measured) {
    const name = visibleText(encoder).padEnd(width);
    if (error !== undefined) {
      lines.push(`${name}  ${visibleText(error)}`);
      continue;
    }
    const start = `${name}  ${bytesText(bytes).padEnd(8)}`;
    if (datasets === undefined) lines.push(start.trimEnd());
    for (const { folder, injectedNoise, sameNounNoise, inductive } of datasets ?? []) {
      const cells = [
        picturesPerSecond.toFixed(1).padStart(10),
        auroc(injectedNoise).padStart(12),
        auroc(sameNounNoise).padStart(9),
        inductive.imageToText.r1.toFixed(1).padStart(17),
        inductive.textToImage.r1.toFixed(1).padStart(13),
      ];
      const place = folder === '' ? '' : `  ${visibleText(folder)}`;
      lines.push(`${start}  ${cells.join('  ')}${place}`);
    }
  }
  if (onDataset) {
    const share = Math.round(rate * 100);
    lines.push(
      dim(
        `AUROC: how often a wrong caption is more suspicious than a right one, ${share} % of the captions exchanged in memory, mean of ${seeds} runs.`,
      ),
      dim('The captions of the dataset are taken to be right; the more are wrong, the lower.'),
    );
  }
  return `${lines.join('\n')}\n`;
}

function auroc(noise: Evaluation['injectedNoise']): string {
  return noise === undefined ? '-' : noise.auroc.toFixed(3);
}

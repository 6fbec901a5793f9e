import path from 'node:path';
import type { HeldOut } from '../core/audit/fitting/fittedModel.ts';
import { visibleText } from '../core/text/visibleText.ts';
import type { FitState } from '../core/audit/fitting/fitDataset.ts';
import { type FittedDataset, fitFolder } from '../engine/batch/fitFolder.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { dropFits, openWorkspace, outputFiles } from './composeCli.ts';
import { duration, number } from './progressLine.ts';

export interface FitCommandOptions {
  readonly rounds: number;
  readonly folds: number;
  readonly seed: number;
  readonly out?: string | undefined;
  readonly drop?: true | undefined;
}

/** `pairlens fit`. Exit status 0 also if nothing was written because it would not be better. */
export async function fitCommand(
  folder: string,
  { out, drop, ...options }: FitCommandOptions,
  context: CommandContext,
): Promise<number> {
  const started = performance.now();
  const { terminal } = context;
  const root = await existingFolder(folder);
  if (drop === true) {
    const dropped = await dropFits(root, context, runOptions(context));
    await terminal.print(
      dropped
        ? `Removed what was fitted to ${visibleText(folder)}. Audits are as before.\n`
        : `Nothing was fitted to ${visibleText(folder)}.\n`,
    );
    return 0;
  }
  if (out !== undefined) await outputFiles.assertWritable(out);
  const file = out === undefined ? undefined : path.resolve(out);
  const workspace = await openWorkspace(context, root);
  try {
    const onRound = (state: FitState): void => terminal.log.info(roundText(state));
    const fitted = await fitFolder(
      root,
      workspace,
      {
        ...options,
        onRound,
        ...(file !== undefined && { out: { file, folder: path.dirname(file) } }),
      },
      runOptions(context),
    );
    await terminal.print(fitted.map((each) => outcomeText(each)).join(''));
    terminal.log.info(duration((performance.now() - started) / 1000));
    return 0;
  } finally {
    await workspace.close();
  }
}

function roundText({ rounds, heldOut, loss, improved }: FitState): string {
  const ended = improved ? '' : '; no better, so this was the last';
  return `Round ${rounds}: AUROC ${areas(heldOut)} on held-out captions, loss ${loss.toFixed(3)}${ended}.`;
}

/** What a person reads of one dataset. */
export function outcomeText({ folder, outcome }: FittedDataset): string {
  const name = folder === '' ? '' : `${visibleText(folder)}: `;
  switch (outcome.kind) {
    case 'too-few':
      return `${name}${number(outcome.pictures)} pictures are too few to learn from; ${outcome.least} are needed. Nothing was written.\n`;
    case 'no-better':
      return `${name}No better than the audit is already: AUROC ${areas(outcome.heldOut)} on held-out captions of ${number(outcome.pairs)} pairs. Nothing was written.\n`;
    case 'fitted':
      return `${name}Better: AUROC ${areas(outcome.heldOut)} on held-out captions of ${number(outcome.pairs)} pairs.\nWrote ${visibleText(outcome.file)}.\n`;
  }
}

function areas({ before, after }: HeldOut): string {
  return `${before.toFixed(4)} before, ${after.toFixed(4)} after`;
}

import path from 'node:path';
import { z } from 'zod';
import type { EncoderChoice } from '../../core/encoderChoice.ts';
import type { EncoderNumbers } from '../../protocol/encoderShapes.ts';

/** Runs `pairlens` in a process of its own, and gives what it prints. @throws PairLensError. */
export type RunProgram = (args: readonly string[], signal: AbortSignal) => Promise<string>;

export interface MeasureOptions {
  /** Undefined for the shipped encoder. */
  readonly encoder: EncoderChoice | undefined;
  readonly cachePath: string | undefined;
  readonly threads: number | undefined;
}

const recall = z.object({ r1: z.number() });
const noise = z.object({ auroc: z.number() }).optional();
/** What `pairlens encoders DIR --json` prints. */
const printedSchema = z.object({
  encoders: z.tuple([
    z.object({
      bytes: z.number().optional(),
      picturesPerSecond: z.number().optional(),
      error: z.string().optional(),
      datasets: z
        .array(
          z.object({
            folder: z.string(),
            images: z.int(),
            inductive: z.object({ imageToText: recall, textToImage: recall }),
            injectedNoise: noise,
            sameNounNoise: noise,
          }),
        )
        .optional(),
    }),
  ]),
});

/**
 * Measures an encoder on the datasets of folders (absolute paths), as `pairlens encoders DIR` does.
 * @throws PairLensError `cancelled`, `no-dataset`, and what else the program says.
 */
export async function measureEncoder(
  folders: readonly string[],
  { encoder, cachePath, threads }: MeasureOptions,
  run: RunProgram,
  signal: AbortSignal,
): Promise<EncoderNumbers> {
  const given = [
    ...(cachePath === undefined ? [] : ['--cache', cachePath]),
    ...(threads === undefined ? [] : ['--threads', String(threads)]),
    ...(encoder?.precision === undefined ? [] : ['--precision', encoder.precision]),
  ];
  const only = ['--only', encoder?.path ?? 'shipped'];
  let numbers: EncoderNumbers = { datasets: [] };
  for (const folder of folders) {
    const printed = await run([...given, 'encoders', folder, '--json', ...only], signal);
    const [measured] = printedSchema.parse(JSON.parse(printed)).encoders;
    const { datasets = [], ...about } = measured;
    numbers = {
      ...about,
      datasets: [
        ...numbers.datasets,
        ...datasets.map(({ folder: below, images, inductive, injectedNoise, sameNounNoise }) => ({
          root: path.join(folder, below),
          images,
          ...(injectedNoise && { random: injectedNoise.auroc }),
          ...(sameNounNoise && { sameNoun: sameNounNoise.auroc }),
          imageToText: inductive.imageToText.r1,
          textToImage: inductive.textToImage.r1,
        })),
      ],
    };
  }
  return numbers;
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import { encodersFolder, native } from '../adapters/installation.ts';
import { installedEncoders, installedScorers } from '../adapters/installedEncoders.ts';
import { SCORER_MARKER } from '../adapters/modelFolder.ts';
import { PairLensError } from '../core/errors.ts';
import { METHODS } from '../core/matching/methods.ts';
import type { PairScoring } from '../engine/batch/pairScoring.ts';
import { withImageBytes } from '../engine/indexing/imageFiles.ts';
import { userFiles } from './composeCli.ts';

interface OpenedScoring extends PairScoring {
  readonly close: () => Promise<void>;
}

/** Opens a scorer of pairs, if one is named, for as long as `work` takes. @throws what `openScoring` and `work` throw. */
export async function withScoring<T>(
  named: string | undefined,
  depth: number,
  threads: number | undefined,
  work: (scoring: PairScoring | undefined) => Promise<T>,
): Promise<T> {
  if (named === undefined) return work(undefined);
  const scoring = await openScoring(named, depth, threads);
  try {
    return await work(scoring);
  } finally {
    await scoring.close();
  }
}

/**
 * @param named its folder, or its place in the folder of encoders (`PACK/METHOD`)
 * @param depth items of each list that it orders
 * @throws PairLensError `invalid-argument` if there is none, `invalid-model`, `missing-native-package`.
 */
async function openScoring(
  named: string,
  depth: number,
  threads: number | undefined,
): Promise<OpenedScoring> {
  const folder = [path.resolve(named), path.join(encodersFolder(), named)].find((place) =>
    existsSync(path.join(place, SCORER_MARKER)),
  );
  if (folder === undefined) throw noScorer(named);
  const { sharpImageReader } = await native(
    'sharp',
    () => import('../adapters/sharpImageReader.ts'),
  );
  const { openOnnxCrossEncoder } = await import('../adapters/onnxCrossEncoder.ts');
  const scorer = await openOnnxCrossEncoder(folder, threads);
  const reader = sharpImageReader();
  return {
    scorer,
    name: path.basename(folder),
    depth,
    read: (file) =>
      withImageBytes(userFiles, { path: path.resolve(file) }, (bytes) =>
        reader.read(bytes, scorer.size),
      ),
    close: () => scorer.close(),
  };
}

/** For methods of the packs in the folder of encoders, by their IDs, what to give to --encoder or --matcher. */
export async function installedMethods(): Promise<ReadonlyMap<string, string>> {
  const names = [...(await installedEncoders()).map(({ id }) => id), ...(await installedScorers())];
  return new Map(names.map((name) => [path.posix.basename(name), name]));
}

function noScorer(named: string): PairLensError {
  const scorers = METHODS.filter(({ kind }) => kind === 'scorer').map(({ id }) => id);
  return scorers.includes(named)
    ? new PairLensError(
        'invalid-argument',
        `${named} is a scorer of pairs, whose weights do not ship with PairLens.`,
        {
          remedy: `Make a method pack ("npm run zoo -- pack" in a clone; docs/zoo.md) and give its folder: --matcher PACK/${named}`,
        },
      )
    : new PairLensError(
        'invalid-argument',
        `${named} is neither a matcher nor a folder with ${SCORER_MARKER}.`,
        { remedy: '"pairlens methods" lists the matchers and scorers there are.' },
      );
}

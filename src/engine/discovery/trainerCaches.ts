import pMap from 'p-map';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { stemOf } from '../../core/dataset/fileKinds.ts';
import { folderOf, toAbsolute } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import type { CacheOrigin, Trainer } from '../../core/dataset/trainers/trainer.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem } from '../../core/ports.ts';
import { sentence } from '../../core/text/sentence.ts';
import { problemOf, type TrainerFiles } from './trainerFiles.ts';

/** The name of a cache that can be nothing else. */
const LATENTS = /_\d+x\d+_\w+\.(?:npz|safetensors)$/i;
/** Tolerance, because copying a folder sets new times in any order, some seconds apart. */
const LATER_MS = 60_000;
const STATS_AT_ONCE = 16;

/**
 * Caches of latents and encoded captions that are older than what they were made of, or made of nothing that is there.
 * @param trainers whose caches are looked for
 */
export async function cacheProblems(
  files: Pick<FileSystem, 'stat'>,
  dir: string,
  { images, imagesOf, rest }: TrainerFiles,
  trainers: readonly Trainer[],
): Promise<Problem[]> {
  const caches = rest.flatMap((cache) => {
    const origin = originOf(cache, trainers);
    return origin === undefined ? [] : [{ cache, origin }];
  });
  if (caches.length === 0) return [];
  const byStem = new Map(images.map((image) => [stemOf(image), image]));
  const textOf = new Map([...imagesOf].flatMap(([text, of]) => of.map((image) => [image, text])));
  const imageFolders = new Set(images.map(folderOf));
  const stale: DatasetPath[] = [];
  const lone: DatasetPath[] = [];
  await pMap(
    caches,
    async ({ cache, origin: { stem, what } }) => {
      const image = byStem.get(stemOf(cache)) ?? byStem.get(stem);
      if (image === undefined) {
        if (imageFolders.has(folderOf(stem)) && LATENTS.test(cache)) lone.push(cache);
        return;
      }
      const made = what === 'caption' ? textOf.get(image) : image;
      if (made !== undefined && (await isLater(files, dir, made, cache))) stale.push(cache);
    },
    { concurrency: STATS_AT_ONCE },
  );
  return [
    ...problemOf('trainer/stale-latents', stale.sort(), {
      one: (file) => sentence('{0} is older than the file that it was made of.', file),
      many: (count, file) =>
        sentence(
          '{0} caches are older than the files that they were made of, e.g. {1}.',
          count,
          file,
        ),
      remedy: sentence('Delete the caches; the trainer makes them anew.'),
    }),
    ...problemOf('trainer/stale-latents', lone.sort(), {
      one: (file) => sentence('{0} belongs to an image that is not there.', file),
      many: (count, file) =>
        sentence('{0} caches belong to images that are not there, e.g. {1}.', count, file),
      remedy: sentence('Delete them, or put the images back.'),
    }),
  ];
}

function originOf(cache: DatasetPath, trainers: readonly Trainer[]): CacheOrigin | undefined {
  for (const { caches } of trainers) {
    const origin = caches?.madeOf(cache);
    if (origin !== undefined) return origin;
  }
  return undefined;
}

async function isLater(
  files: Pick<FileSystem, 'stat'>,
  dir: string,
  file: DatasetPath,
  cache: DatasetPath,
): Promise<boolean> {
  try {
    const [made, kept] = await Promise.all(
      [file, cache].map((path) => files.stat(toAbsolute(dir, path))),
    );
    return made !== undefined && kept !== undefined && made.modified - kept.modified > LATER_MS;
  } catch (error) {
    // Deleted since, or already reported as unreadable.
    if (PairLensError.is(error, 'unreadable-file')) return false;
    throw error;
  }
}

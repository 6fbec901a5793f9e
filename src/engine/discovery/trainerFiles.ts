import pMap from 'p-map';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import { baseName, folderOf, pathStyle, toAbsolute } from '../../core/dataset/paths.ts';
import type { Problem, ProblemCode } from '../../core/dataset/problem.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem } from '../../core/ports.ts';
import type { FileEncoding } from '../../core/text/textEncoding.ts';
import { type Sentence, sentence } from '../../core/text/sentence.ts';

/*
 * Files that common trainers read differently than PairLens, according to the source code of each trainer:
 *
 * - Encodings: sd-scripts (`read_caption`, library/train_util.py), musubi-tuner (dataset/datasources.py) and ai-toolkit
 *   (toolkit/data_loader.py) open caption files with `encoding="utf-8"`. Python's codec of that name keeps a byte order
 *   mark as U+FEFF, which `strip()` leaves, and raises UnicodeDecodeError at UTF-16.
 * - Extensions: `IMAGE_EXTENSIONS` of sd-scripts and musubi-tuner hold lower and upper case, and `glob` tells case apart
 *   on Linux; `caption_extension` is compared as it is written.
 * - Latents: `is_disk_cached_latents_is_expected` of sd-scripts (library/strategy_*.py) looks at the size and the name of
 *   a `.npz` file, never at its time.
 */

/** Sidecars and other files beside images. */
export interface TrainerFiles {
  readonly images: readonly DatasetPath[];
  /** Each sidecar with its images. */
  readonly imagesOf: ReadonlyMap<DatasetPath, readonly DatasetPath[]>;
  readonly encodings: ReadonlyMap<DatasetPath, FileEncoding>;
  /** Files that are neither images nor captions. */
  readonly rest: readonly DatasetPath[];
}

/** Problems of files beside images. */
export async function trainerProblems(
  files: Pick<FileSystem, 'stat'>,
  dir: string,
  found: TrainerFiles,
): Promise<Problem[]> {
  return [
    ...[...found.encodings].flatMap(([file, encoding]) => encodingProblem(file, encoding) ?? []),
    ...(pathStyle(dir) === 'windows' ? [] : extensionProblems(found.imagesOf)),
    ...(await latentProblems(files, dir, found)),
  ];
}

/** The problem of an encoding that trainers read differently; findings of many files are merged. */
export function encodingProblem(
  file: DatasetPath,
  { encoding, bom }: FileEncoding,
): Problem | undefined {
  if (encoding === 'utf-8' && !bom) return undefined;
  const isMarked = encoding === 'utf-8';
  return {
    code: isMarked ? 'trainer/bom' : 'trainer/utf-16',
    file,
    message: isMarked
      ? sentence('{0} begins with a byte order mark.', file)
      : sentence('{0} is UTF-16, at which trainers stop.', file),
    remedy: sentence('Save as UTF-8 without a byte order mark.'),
  };
}

function extensionProblems(imagesOf: TrainerFiles['imagesOf']): Problem[] {
  const images = [...new Set([...imagesOf.values()].flat())].filter((image) => {
    const written = extensionAsWritten(image);
    return written !== written.toLowerCase() && written !== written.toUpperCase();
  });
  const texts = [...imagesOf.keys()].filter((text) => {
    const written = extensionAsWritten(text);
    return written !== written.toLowerCase();
  });
  return problemOf('trainer/extension-case', [...texts, ...images], {
    one: (file) =>
      sentence('{0} has an extension in letters that trainers do not look for on Linux.', file),
    many: (count, file) =>
      sentence(
        '{0} files have extensions in letters that trainers do not look for on Linux, e.g. {1}.',
        count,
        file,
      ),
    remedy: sentence('Rename them to small letters.'),
  });
}

function extensionAsWritten(path: DatasetPath): string {
  return path.slice(path.length - extensionOf(path).length);
}

/** `photo_0512x0768_sdxl.npz`, and the first name of latents, `photo.npz`. */
const LATENTS = /(?:_\d{3,5}x\d{3,5})?(?:_[a-z0-9]+)?$/i;
/** `photo_te_outputs.npz`, `photo_flux_te.npz`: cached outputs of the text encoder. */
const TEXT_OUTPUTS = /(?:_[a-z0-9]+_te|_te_outputs)$/i;
/** Tolerance, because copying a folder sets new times in any order, some seconds apart. */
const LATER_MS = 60_000;
const STATS_AT_ONCE = 16;

async function latentProblems(
  files: Pick<FileSystem, 'stat'>,
  dir: string,
  { images, imagesOf, rest }: TrainerFiles,
): Promise<Problem[]> {
  const caches = rest.filter((path) => extensionOf(path) === 'npz');
  if (caches.length === 0) return [];
  const byStem = new Map(images.map((image) => [stemOf(image), image]));
  const textOf = new Map([...imagesOf].flatMap(([text, of]) => of.map((image) => [image, text])));
  const imageFolders = new Set(images.map(folderOf));
  const stale: DatasetPath[] = [];
  const lone: DatasetPath[] = [];
  await pMap(
    caches,
    async (cache) => {
      const text = TEXT_OUTPUTS.test(stemOf(cache));
      const image = imageOfCache(cache, byStem);
      if (image === undefined) {
        if (imageFolders.has(folderOf(cache)) && /_\d+x\d+_\w+\.npz$/i.test(baseName(cache)))
          lone.push(cache);
        return;
      }
      const made = text ? textOf.get(image) : image;
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
      remedy: sentence('Delete the .npz files; the trainer makes them anew.'),
    }),
    ...problemOf('trainer/stale-latents', lone.sort(), {
      one: (file) => sentence('{0} belongs to an image that is not there.', file),
      many: (count, file) =>
        sentence('{0} caches belong to images that are not there, e.g. {1}.', count, file),
      remedy: sentence('Delete them, or put the images back.'),
    }),
  ];
}

function imageOfCache(
  cache: DatasetPath,
  byStem: ReadonlyMap<DatasetPath, DatasetPath>,
): DatasetPath | undefined {
  const stem = stemOf(cache);
  for (const name of [stem, stem.replace(TEXT_OUTPUTS, ''), stem.replace(LATENTS, '')]) {
    const image = byStem.get(name);
    if (image !== undefined) return image;
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

/** One problem for some files; none if there are none. */
function problemOf(
  code: ProblemCode,
  [file, ...related]: readonly DatasetPath[],
  words: {
    readonly one: (file: DatasetPath) => Sentence;
    readonly many: (count: number, file: DatasetPath) => Sentence;
    readonly remedy: Sentence;
  },
): Problem[] {
  if (file === undefined) return [];
  const message = related.length === 0 ? words.one(file) : words.many(related.length + 1, file);
  return [{ code, file, ...(related.length > 0 && { related }), message, remedy: words.remedy }];
}

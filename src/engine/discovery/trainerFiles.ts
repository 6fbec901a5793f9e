import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import { pathStyle } from '../../core/dataset/paths.ts';
import type { Problem, ProblemCode } from '../../core/dataset/problem.ts';
import type { DatasetTrainer, Trainer } from '../../core/dataset/trainers/trainer.ts';
import { ALL_TRAINERS, trainerOf } from '../../core/dataset/trainers/trainerTable.ts';
import type { FileSystem } from '../../core/ports.ts';
import type { FileEncoding } from '../../core/text/textEncoding.ts';
import { type Sentence, sentence } from '../../core/text/sentence.ts';
import { cacheProblems } from './trainerCaches.ts';
import { folderProblems } from './trainerFolders.ts';

/*
 * Files that a trainer reads differently than PairLens, according to core/dataset/trainers. If the trainer is not known,
 * what common trainers have in common is reported.
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

/** Problems of files beside images. @param trainer that reads them; `none` reports nothing */
export async function trainerProblems(
  files: Pick<FileSystem, 'stat'>,
  dir: string,
  found: TrainerFiles,
  known: DatasetTrainer | 'none' | undefined,
): Promise<Problem[]> {
  if (known === 'none') return [];
  const trainer = known === undefined ? undefined : trainerOf(known.id);
  const captioned = [...new Set([...found.imagesOf.values()].flat())].sort();
  return [
    ...[...found.encodings].flatMap(
      ([file, encoding]) => encodingProblem(file, encoding, known) ?? [],
    ),
    ...(pathStyle(dir) === 'windows' ? [] : letterProblems(found.imagesOf, captioned, trainer)),
    ...(await cacheProblems(files, dir, found, trainer === undefined ? ALL_TRAINERS : [trainer])),
    ...(trainer === undefined ? [] : imageExtensions(found.images, trainer)),
    ...(known === undefined || trainer === undefined
      ? []
      : [
          ...captionExtensions(found.imagesOf, trainer, known),
          ...folderProblems(dir, captioned, trainer, known),
        ]),
  ];
}

/** The problem of an encoding that trainers read differently; findings of many files are merged. */
export function encodingProblem(
  file: DatasetPath,
  { encoding, bom }: FileEncoding,
  known?: DatasetTrainer | 'none',
): Problem | undefined {
  if (known === 'none' || (encoding === 'utf-8' && !bom)) return undefined;
  const isMarked = encoding === 'utf-8';
  if (known !== undefined) {
    const { captions, encoding: reads } = trainerOf(known.id);
    if (captions === undefined || (isMarked && reads.mark === 'dropped')) return undefined;
    if (!isMarked && reads.utf16 === 'read') return undefined;
  }
  return {
    code: isMarked ? 'trainer/bom' : 'trainer/utf-16',
    file,
    message: isMarked
      ? sentence('{0} begins with a byte order mark.', file)
      : sentence('{0} is UTF-16, at which trainers stop.', file),
    remedy: sentence('Save as UTF-8 without a byte order mark.'),
  };
}

function letterProblems(
  imagesOf: TrainerFiles['imagesOf'],
  captioned: readonly DatasetPath[],
  trainer: Trainer | undefined,
): Problem[] {
  const images = captioned.filter((image) => {
    const written = extensionAsWritten(image);
    return written !== written.toLowerCase() && written !== written.toUpperCase();
  });
  const texts = [...imagesOf.keys()].filter((text) => {
    const written = extensionAsWritten(text);
    return written !== written.toLowerCase();
  });
  const isExact = trainer === undefined || trainer.captions !== undefined;
  const concerned = [
    ...(isExact ? texts : []),
    ...(trainer === undefined || trainer.images.letters === 'lower-or-upper' ? images : []),
  ];
  return problemOf('trainer/extension-case', concerned, {
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

function imageExtensions(images: readonly DatasetPath[], trainer: Trainer): Problem[] {
  const { name, images: reads } = trainer;
  const others = images.filter((image) => !reads.extensions.includes(extensionOf(image)));
  const isOptional = (image: DatasetPath) => reads.optional?.includes(extensionOf(image)) === true;
  const unread = others.filter((image) => !isOptional(image));
  const wanted = reads.extensions.map((extension) => `.${extension}`).join(', ');
  const ifInstalled = problemOf('trainer/image-extension', others.filter(isOptional), {
    one: (file) =>
      sentence('{0} leaves out {1} unless a package for such images is installed.', name, file),
    many: (count, file) =>
      sentence(
        '{0} leaves out {1} images, e.g. {2}, unless a package for such images is installed.',
        name,
        count,
        file,
      ),
    remedy: sentence('Convert them to PNG or JPEG, or install the package.'),
  });
  const leftOut = problemOf('trainer/image-extension', unread, {
    one: (file) => sentence('{0} looks for {1} and leaves out {2}.', name, wanted, file),
    many: (count, file) =>
      sentence('{0} looks for {1} and leaves out {2} images, e.g. {3}.', name, wanted, count, file),
    remedy: sentence('Convert them to PNG or JPEG.'),
  });
  return [...leftOut, ...ifInstalled];
}

/** Extensions of captions that a trainer looks for beside images, in lower case; none if it reads no texts. */
export function extensionsRead({ id, settings }: DatasetTrainer): readonly string[] {
  const { captions } = trainerOf(id);
  if (captions === undefined || settings.insteadOfTexts !== undefined) return [];
  const written = settings.captionExtension ?? settings.usualExtension;
  return written === undefined ? captions.extensions : [written.toLowerCase()];
}

/** Captions with an extension that the trainer does not look for, and `photo.jpg.txt`, where it looks for `photo.txt`. */
function captionExtensions(
  imagesOf: TrainerFiles['imagesOf'],
  { name, captions }: Trainer,
  known: DatasetTrainer,
): Problem[] {
  const extensions = extensionsRead(known);
  const wanted = extensions.map((extension) => `.${extension}`).join(', ');
  const unread = [...imagesOf].flatMap(([text, images]) =>
    extensions.includes(extensionOf(text)) && !images.every((image) => image === stemOf(text))
      ? []
      : text,
  );
  if (captions === undefined) {
    return problemOf('trainer/caption-extension', unread, {
      one: (file) => sentence('{0} reads no texts beside images, such as {1}.', name, file),
      many: (count, file) =>
        sentence('{0} reads no texts beside images: {1} of them, e.g. {2}.', name, count, file),
      remedy: sentence('Write the captions into metadata.jsonl, or set the trainer.'),
    });
  }
  const { insteadOfTexts } = known.settings;
  if (insteadOfTexts !== undefined) {
    return problemOf('trainer/caption-extension', unread, {
      one: (file) =>
        sentence('{0} does not read {1}: in its settings {2}.', name, file, insteadOfTexts),
      many: (count, file) =>
        sentence(
          '{0} does not read {1} texts beside images, e.g. {2}: in its settings {3}.',
          name,
          count,
          file,
          insteadOfTexts,
        ),
      remedy: sentence('Change the setting of the trainer if these are its captions.'),
    });
  }
  return problemOf('trainer/caption-extension', unread, {
    one: (file) =>
      sentence('{0} looks for {1} beside an image and does not read {2}.', name, wanted, file),
    many: (count, file) =>
      sentence(
        '{0} looks for {1} beside an image and does not read {2} captions, e.g. {3}.',
        name,
        wanted,
        count,
        file,
      ),
    remedy: sentence('Rename the captions, or change the setting of the trainer.'),
  });
}

/** One problem for some files; none if there are none. */
export function problemOf(
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

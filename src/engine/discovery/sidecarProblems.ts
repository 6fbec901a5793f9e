import { archiveMember } from '../../core/dataset/archivePaths.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import { baseName, folderOf } from '../../core/dataset/paths.ts';
import type { ImageSeparation, Problem } from '../../core/dataset/problem.ts';
import { SIDECAR_EXTENSIONS } from '../../core/formats/captionFiles.ts';
import { CONFIG_FILE } from '../../core/settings/settingTable.ts';
import { reencodeRemedy } from '../../core/text/decodeText.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { UndecodableText } from '../../core/text/textEncoding.ts';
import type { UnlistedReason } from './listFiles.ts';

/*
 * The problems of images and their sidecar files.
 */

/** @param place expected path of its caption. */
export function missingSidecar(image: DatasetPath, place = `${stemOf(image)}.txt`): Problem {
  return {
    code: 'missing-caption',
    file: image,
    image,
    message: sentence('{0} has no caption.', image),
    remedy:
      archiveMember(image) === undefined
        ? sentence('Write one to {0}.', place)
        : sentence('Write the archive again with a caption for it, or without it.'),
  };
}

export function missingSidecars(images: readonly DatasetPath[]): Problem {
  const [image = '', ...related] = images;
  if (related.length === 0) return missingSidecar(image);
  return {
    code: 'missing-caption',
    file: image,
    image,
    related,
    message: sentence(
      'None of the {0} images in {1} has a caption.',
      images.length,
      folderOf(image),
    ),
    remedy: sentence('Write captions for them, or move the folder out of the dataset.'),
  };
}

export function sharedSidecar(file: DatasetPath, images: readonly DatasetPath[]): Problem {
  const names = images.map(baseName).join(', ');
  const separations = separationsOf(file, images);
  return {
    code: 'ambiguous-pair',
    file,
    ...(images[0] === undefined ? {} : { image: images[0] }),
    related: images,
    message: sentence('{0} share the caption file {1}.', names, file),
    remedy: sentence('Rename one of the images and give it a caption file of its own.'),
    ...(separations.length > 0 && { separations }),
  };
}

/** `photo.png`, which shares `photo.txt` with `photo.jpg`, becomes `photo_png.png` with `photo_png.txt`. */
function separationsOf(
  file: DatasetPath,
  [, ...others]: readonly DatasetPath[],
): readonly ImageSeparation[] {
  if (archiveMember(file) !== undefined) return [];
  return others.map((image) => {
    const name = `${stemOf(image)}_${extensionOf(image)}`;
    const ending = image.slice(stemOf(image).length);
    return { image, to: `${name}${ending}`, caption: `${name}${file.slice(stemOf(file).length)}` };
  });
}

export function secondSidecars(
  unread: readonly DatasetPath[],
  extensions: readonly string[],
  trainer: string | undefined,
): Problem {
  const [file = '', ...related] = unread;
  const order = extensions.map((extension) => `.${extension}`).join(', ');
  const count =
    unread.length === 1 ? sentence('An image has') : sentence('{0} images have', unread.length);
  return {
    code: 'second-caption-file',
    file,
    related,
    message:
      trainer === undefined
        ? sentence(
            '{0} two caption files, e.g. {1}; PairLens reads the first there is of {2}.',
            count,
            file,
            order,
          )
        : sentence(
            '{0} two caption files; PairLens reads .{1}, as {2} does, and not {3}.',
            count,
            extensions[0] ?? '',
            trainer,
            file,
          ),
    remedy: sentence(
      'Nothing to do if your trainer reads that one, or merges the two as the scripts for fine-tuning of kohya do. Else name its extension as "captionExtension" in {0}.',
      CONFIG_FILE,
    ),
  };
}

/** The problem of an image whose caption file cannot be opened. */
export function closedSidecar(
  image: DatasetPath,
  unlisted: ReadonlyMap<DatasetPath, UnlistedReason>,
): Problem | undefined {
  for (const extension of SIDECAR_EXTENSIONS) {
    for (const text of [`${stemOf(image)}.${extension}`, `${image}.${extension}`]) {
      const reason = unlisted.get(text);
      if (reason === undefined) continue;
      const { what, remedy } = reason;
      const message = sentence('{0} has no caption: {1} {2}.', image, baseName(text), what);
      return { code: 'missing-caption', file: image, image, related: [text], message, remedy };
    }
  }
  return undefined;
}

export function differentCase(image: DatasetPath, text: DatasetPath): Problem {
  return {
    code: 'missing-caption',
    file: image,
    image,
    related: [text],
    message: sentence(
      '{0} has no caption: {1} differs from it in upper and lower case.',
      image,
      baseName(text),
    ),
    remedy: sentence('Rename one of the two to match.'),
  };
}

export function wrongEncoding(file: DatasetPath, { guess, reading }: UndecodableText): Problem {
  return {
    code: 'wrong-encoding',
    file,
    ...(reading && { reading }),
    message:
      guess === undefined
        ? sentence('{0} is neither UTF-8 nor UTF-16, so its caption was not judged.', file)
        : sentence(
            '{0} is not UTF-8 but looks like {1}, so its caption was not judged.',
            file,
            guess,
          ),
    remedy: reencodeRemedy(guess),
  };
}

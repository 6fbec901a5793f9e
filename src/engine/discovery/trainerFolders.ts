import { groupBy } from '../../core/collections.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { baseName, folderOf } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import type { DatasetTrainer, Trainer } from '../../core/dataset/trainers/trainer.ts';
import { type Sentence, sentence } from '../../core/text/sentence.ts';

/**
 * Folders of captioned images that the trainer does not look into, and folders of its settings that are not there.
 * @param dir absolute path of the opened folder
 */
export function folderProblems(
  dir: string,
  captioned: readonly DatasetPath[],
  trainer: Trainer,
  { settings, file }: DatasetTrainer,
): Problem[] {
  const folders = [...groupBy(captioned, folderOf)].map(([folder, images]) => ({ folder, images }));
  if (settings.folders !== undefined && file !== undefined) {
    return ofSettings(dir, folders, trainer, settings.folders, file);
  }
  return trainer.repeatFolders === undefined ? [] : ofRepeats(folders, trainer);
}

interface ImageFolder {
  readonly folder: DatasetPath;
  readonly images: readonly DatasetPath[];
}

function ofSettings(
  dir: string,
  folders: readonly ImageFolder[],
  trainer: Trainer,
  written: readonly string[],
  file: string,
): Problem[] {
  const parts = (path: string): string[] =>
    path.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  const here = folders.map(({ folder }) => ({ folder, parts: [...parts(dir), ...parts(folder)] }));
  const read = new Set<DatasetPath>();
  for (const name of written) {
    const named = parts(name);
    // The settings may be those of another machine: the longest common end tells the folder.
    const best = Math.max(0, ...here.map((each) => commonEnd(each.parts, named)));
    if (best === 0 && named.length > 0) continue;
    for (const { folder, parts: own } of here) {
      if (commonEnd(own, named) === best) read.add(folder);
    }
  }
  if (read.size === 0) {
    const [name] = written;
    if (name === undefined || trainer.images.nested) return [];
    return [
      {
        code: 'trainer/wrong-root',
        file: folders[0]?.images[0] ?? '',
        message: sentence('{0} names the folder {1}, where no captioned image is.', file, name),
        remedy: sentence('Correct the path in {0}.', file),
      },
    ];
  }
  const isBelow = (folder: DatasetPath): boolean =>
    [...read].some((top) => top === '' || folder.startsWith(`${top}/`));
  return folders
    .filter(({ folder }) => !read.has(folder) && !(trainer.images.nested && isBelow(folder)))
    .map((folder) =>
      unread(
        folder,
        isBelow(folder.folder)
          ? sentence('{0} does not look into subfolders', trainer.name)
          : sentence('{0} does not name the folder', file),
        sentence('Add the folder to {0}, or move its images.', file),
      ),
    );
}

function commonEnd(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}

/** The beginning of the name of a folder such as `10_name`. */
const REPEATS = /^[+-]?\d+(?:_|$)/;

function ofRepeats(folders: readonly ImageFolder[], { name: trainer }: Trainer): Problem[] {
  const parents = new Set(
    folders
      .map(({ folder }) => folder)
      .filter((folder) => REPEATS.test(baseName(folder)))
      .map(folderOf),
  );
  const top = [...parents].sort((a, b) => a.length - b.length)[0];
  if (top === undefined) return [];
  return folders.flatMap((folder) => {
    const name = baseName(folder.folder);
    if (folder.folder === top) {
      return unread(
        folder,
        sentence('it lies outside of the folders that are named after repeats'),
        sentence('Move them into one of these folders.'),
      );
    }
    if (folderOf(folder.folder) !== top) {
      // Folders elsewhere may be read by a setting of their own.
      if (top !== '' && !folder.folder.startsWith(`${top}/`)) return [];
      return unread(
        folder,
        sentence('{0} does not look into subfolders', trainer),
        sentence('Move them up, or give them a folder such as {0}.', `10_${name}`),
      );
    }
    if (!REPEATS.test(name)) {
      return unread(
        folder,
        sentence('the name of the folder does not begin with the number of repeats'),
        sentence('Name the folder {0}.', `10_${name}`),
      );
    }
    return Number.parseInt(name, 10) >= 1
      ? []
      : unread(
          folder,
          sentence('the folder is to be repeated {0} times', Number.parseInt(name, 10)),
          sentence('Name the folder {0}.', name.replace(REPEATS, '1_')),
        );
  });
}

function unread({ folder, images }: ImageFolder, why: Sentence, remedy: Sentence): Problem {
  const [first = ''] = images;
  return {
    code: 'trainer/unread-folder',
    file: first,
    message:
      images.length === 1
        ? sentence('{0} is not read: {1}.', first, why)
        : sentence(
            'The {0} images in {1} are not read: {2}.',
            images.length,
            folder === '' ? sentence('the folder itself') : folder,
            why,
          ),
    remedy,
    ...(images.length > 1 && { related: images.slice(1) }),
  };
}

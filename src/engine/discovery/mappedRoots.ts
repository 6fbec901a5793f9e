import type { DatasetPath, SourceRange } from '../../core/dataset/dataset.ts';
import { mapped, type NameMapping, writtenPrefix } from '../../core/dataset/nameMapping.ts';
import { folderOf, isWithin, within } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { type Sentence, sentence } from '../../core/text/sentence.ts';
import { folderName } from './errorWords.ts';

/** Names explained by a mapping. */
interface MappedNames {
  readonly file: DatasetPath;
  /** Range of the first such row. */
  readonly range: SourceRange;
  /** Number of names. */
  readonly names: number;
}

/** The problem that names of a caption file are relative to another folder. */
export function otherRoot(
  { file, range }: MappedNames,
  mapping: NameMapping,
  example: string,
): Problem {
  const folder = folderName(mapping.folder);
  const prefix = writtenPrefix(mapping, example);
  return {
    code: 'other-root',
    file,
    range,
    message:
      prefix === ''
        ? sentence(
            'The names in {0} are relative to {1}: the images are read from there.',
            file,
            folder,
          )
        : sentence(
            'The names in {0} begin with {1}, which is {2} here: the images are read from there.',
            file,
            prefix,
            folder,
          ),
    remedy:
      prefix === ''
        ? sentence('Give your trainer that folder, or write its name before those of the images.')
        : sentence('Correct the names, unless your trainer runs where they are right.'),
  };
}

/** As `otherRoot`, for formats whose trainer searches only beside the file: nothing of it is read. */
export function wrongRoot(
  { file, range, names }: MappedNames,
  found: NameMapping,
  example: string,
): Problem {
  const mapping = below(folderOf(file), found, example);
  return {
    code: 'missing-image',
    file,
    range,
    message: sentence(
      '{0} images that {1} names are not where Hugging Face looks for them, e.g. "{2}"; they lie in {3}.',
      names,
      file,
      example,
      folderName(mapping.folder),
    ),
    remedy: correction(file, mapping, writtenPrefix(mapping, example)),
  };
}

/** The mapping relative to a folder on its path: `train/a.jpg` beside `train/`, seen from `train`. */
function below(folder: DatasetPath, mapping: NameMapping, example: string): NameMapping {
  if (folder === mapping.folder || !isWithin(folder, mapping.folder)) return mapping;
  const way = within(mapping.folder, folder).split('/');
  const seen = { prefix: [...mapping.prefix, ...way], folder };
  return mapped(seen, example) === undefined ? mapping : seen;
}

/** The remedy for a trainer that reads names relative to the file's folder. */
function correction(file: DatasetPath, { folder }: NameMapping, prefix: string): Sentence {
  const own = folderOf(file);
  if (!isWithin(folder, own)) {
    return sentence('Move the images into the folder of {0}, or the file into theirs.', file);
  }
  const right = folder === own ? '' : within(own, folder);
  if (right === '') return sentence('Leave "{0}" out of each "file_name".', `${prefix}/`);
  if (prefix === '') return sentence('Write "{0}" before each "file_name".', `${right}/`);
  return sentence('Write "{0}" in the place of "{1}" in each "file_name".', right, prefix);
}

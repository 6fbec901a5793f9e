import { archiveMember } from '../../core/dataset/archivePaths.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import type { ImageIndex } from '../../core/dataset/imageIndex.ts';
import {
  type SampledColumn,
  UNREAD_NAMED,
  type UnreadFiles,
} from '../../core/dataset/inventory.ts';
import { baseName, folderOf, isWithin } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { ended, inEnglish, type Sentence, sentence } from '../../core/text/sentence.ts';
import type { Listing } from './listFiles.ts';

/** A file that may contain captions and was not read. */
export interface UnreadFile {
  readonly file: DatasetPath;
  /** Phrase after "train.csv: ". */
  readonly what: Sentence;
  readonly remedy: Sentence;
  /** Image names found in it; undefined if they are unknown. */
  readonly names?: readonly string[];
  /** Whether it is ignored on purpose. */
  readonly isLeftAlone?: boolean;
  /** Whether it is told only if images that it names have no other caption. */
  readonly isForUncaptioned?: boolean;
  /** Its columns, if naming the right ones is all that is missing. */
  readonly columns?: readonly SampledColumn[];
  /** Captions that would be read, if saying that names are captions is all that is missing. */
  readonly nameSamples?: readonly string[];
}

const PACKED_REMEDY = sentence('Unpack it into the folder.');
const PACKED = sentence('an archive that is still packed');
const ROWS_REMEDY = sentence(
  'Write the images as files, with their captions in a metadata.jsonl beside them.',
);

const TABLE_FILE: readonly [Sentence, Sentence] = [
  sentence('a table of numbers or images, which is not read'),
  ROWS_REMEDY,
];

/** Dataset containers that are not supported, by extension. */
const CONTAINERS: Readonly<Record<string, readonly [what: Sentence, remedy: Sentence]>> = {
  ...Object.fromEntries(
    ['zip', '7z', 'rar', 'tgz', 'gz', 'bz2', 'xz', 'zst', 'tbz2', 'txz'].map((extension) => [
      extension,
      [PACKED, PACKED_REMEDY],
    ]),
  ),
  tar: [
    sentence('a tar archive without images'),
    sentence('Nothing to do, if its images are elsewhere.'),
  ],
  arrow: [sentence('an Arrow table, which is not read'), ROWS_REMEDY],
  ...Object.fromEntries(
    ['h5', 'hdf5', 'mdb', 'feather'].map((extension) => [extension, TABLE_FILE]),
  ),
  tfrecord: [sentence('a TFRecord file, which is not read'), ROWS_REMEDY],
  ...Object.fromEntries(
    ['xlsx', 'xls', 'ods'].map((extension) => [
      extension,
      [
        sentence('a spreadsheet, which is not read'),
        sentence('Save it as CSV, with a column for the image and one for the caption.'),
      ],
    ]),
  ),
};

/** Databases, which hold anything; told where images have no caption otherwise. */
const DATABASES = new Set(['db', 'sqlite', 'sqlite3']);
const DATABASE = {
  what: sentence('a database, which is not read'),
  remedy: sentence('If it has the captions, save them as CSV with the file name of each image.'),
};
/** Previews of Windows and other programs. */
const NO_DATABASE = /^(?:thumbs|ehthumbs\w*|\.?picasa\w*)\.db$/i;

/** Files of programs that hold anything; told if they are named after captions. */
const PROGRAM_DATA = new Set(['pkl', 'pickle', 'npy', 'npz', 'db', 'sqlite', 'sqlite3', 'pt']);
const NAMED_FOR_CAPTIONS = /capt|descri|annot|prompt/i;

const PROGRAM_FILE: readonly [Sentence, Sentence] = [
  sentence('a file of a program that is named after captions, which is not read'),
  sentence('Write the captions as texts: a .txt beside each image, or one .csv or .jsonl for all.'),
];

function containerOf(file: DatasetPath): readonly [what: Sentence, remedy: Sentence] | undefined {
  const extension = extensionOf(file);
  const isNamed = PROGRAM_DATA.has(extension) && NAMED_FOR_CAPTIONS.test(baseName(file));
  return CONTAINERS[extension] ?? (isNamed ? PROGRAM_FILE : undefined);
}

/** Whether a file is an archive that may contain images. */
export function isPacked(file: DatasetPath): boolean {
  return CONTAINERS[extensionOf(file)]?.[0] === PACKED;
}

/** Unread shards, tables of other programs, archives, and captions of videos. */
export function containers({ rest, texts, videos }: Listing): UnreadFile[] {
  const stems = new Set(texts.map(stemOf));
  const packed = rest.flatMap((file): UnreadFile[] => {
    const known = containerOf(file);
    const isDatabase = DATABASES.has(extensionOf(file)) && !NO_DATABASE.test(baseName(file));
    if (known === undefined && isDatabase) return [{ file, ...DATABASE, isForUncaptioned: true }];
    return known === undefined ? [] : [{ file, what: known[0], remedy: known[1], names: [] }];
  });
  const clips = videos
    .filter((video) => stems.has(stemOf(video)) || stems.has(video))
    .map((file) => ({
      file,
      what: sentence('a video with a caption beside it'),
      remedy: sentence('Nothing to do: the videos and their captions are left alone.'),
      names: [],
      isLeftAlone: true,
    }));
  return [...packed, ...clips];
}

/** Tars whose images have no captions in them. */
export function bareArchives(uncaptioned: readonly DatasetPath[]): UnreadFile[] {
  const archives = new Set(uncaptioned.flatMap((image) => archiveMember(image)?.archive ?? []));
  return [...archives]
    .filter((file) => extensionOf(file) === 'tar')
    .map((file) => ({
      file,
      what: sentence('its images have no .txt, .caption or .json of their names in it'),
      remedy: sentence('Nothing to do, if its captions are elsewhere.'),
      names: [],
    }));
}

/**
 * The entries of an inventory: files of one folder with the same description are one entry.
 * @param uncaptioned images without a caption.
 */
export function inventoryEntries(
  unread: readonly UnreadFile[],
  index: ImageIndex,
  uncaptioned: readonly DatasetPath[],
): UnreadFiles[] {
  const groups = new Map<
    string,
    { first: UnreadFile; files: DatasetPath[]; images: Set<DatasetPath> }
  >();
  for (const entry of unread) {
    const captioned = mayCaption(entry, index, uncaptioned);
    if (entry.isForUncaptioned === true && captioned.length === 0) continue;
    const key = `${folderOf(entry.file)}\0${inEnglish(entry.what)}`;
    const group = groups.get(key) ?? { first: entry, files: [], images: new Set() };
    groups.set(key, group);
    group.files.push(entry.file);
    for (const image of captioned) group.images.add(image);
  }
  return [...groups.values()].map(({ first, files, images }) => ({
    files: files.slice(0, UNREAD_NAMED),
    count: files.length,
    what: first.what,
    remedy: first.remedy,
    images: [...images],
    isLeftAlone: first.isLeftAlone === true,
  }));
}

/** Uncaptioned images that a file names; if its names are unknown, all below its folder. */
export function mayCaption(
  { file, names }: Pick<UnreadFile, 'file' | 'names'>,
  index: ImageIndex,
  uncaptioned: readonly DatasetPath[],
): readonly DatasetPath[] {
  if (names === undefined) return uncaptioned.filter((image) => isWithin(image, folderOf(file)));
  const folders = new Set(names.flatMap((name) => index.allNamed(name)).map(folderOf));
  return uncaptioned.filter((image) => folders.has(folderOf(image)));
}

/** The problem of an entry; undefined if it is ignored on purpose. */
export function unreadProblem(entry: UnreadFiles): Problem | undefined {
  if (entry.isLeftAlone) return undefined;
  const [file = ''] = entry.files;
  const name = entryName(entry);
  const count = entry.images.length;
  const said: Pick<Problem, 'code' | 'message'> =
    count === 0
      ? { code: 'unread-file', message: sentence('{0} was not read: {1}', name, ended(entry.what)) }
      : {
          code: 'unread-captions',
          message: sentence(
            '{0} may caption {1} images that have no caption otherwise, and was not read: {2}',
            name,
            count,
            ended(entry.what),
          ),
        };
  return { ...said, file, remedy: entry.remedy };
}

/** The file of an entry, or the first of several. */
export function entryName({ files: [file = ''], count }: UnreadFiles): string | Sentence {
  if (count === 1) return file;
  return count === 2
    ? sentence('{0} and one more', file)
    : sentence('{0} and {1} more', file, count - 1);
}

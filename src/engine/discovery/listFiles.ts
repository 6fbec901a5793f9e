import type { CancelSignal } from '../../core/cancellation.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import {
  extensionOf,
  isImageName,
  isSkippedFolder,
  isVideoName,
} from '../../core/dataset/fileKinds.ts';
import { sampleKey } from '../../core/dataset/archivePaths.ts';
import { groupBy } from '../../core/collections.ts';
import { CONFIG_FILE } from '../../core/settings/settingTable.ts';
import { baseName, folderOf, isWithin, toDatasetPath } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import {
  isNamedLikeTable,
  OWN_EXTENSIONS,
  SIDECAR_EXTENSIONS,
  TABLE_EXTENSIONS,
} from '../../core/formats/captionFiles.ts';
import type { FileSystem, ListProblem } from '../../core/ports.ts';
import { type Sentence, sentence } from '../../core/text/sentence.ts';
import type { FileChoices } from './configFile.ts';
import { type OutsideDatasetLink, outsideLinkProblems } from './outsideLinks.ts';
import type { UnreadFile } from './unreadFiles.ts';

/** Files of the opened folder by kind. All paths relative to it. */
export interface Listing {
  readonly images: readonly DatasetPath[];
  readonly videos: readonly DatasetPath[];
  /** Files with a sidecar extension. */
  readonly texts: readonly DatasetPath[];
  /** Files that may be tables, by their name. */
  readonly tables: readonly DatasetPath[];
  /** All other files, including .json files beside an image. */
  readonly rest: readonly DatasetPath[];
  /** Archives that are not read, or not to their end. */
  readonly damaged: readonly UnreadFile[];
  /** Images and caption files that cannot be opened: broken links, named pipes. */
  readonly unlisted: ReadonlyMap<DatasetPath, UnlistedReason>;
  /** Folders below with a config file of their own, the outermost ones: what they hold is not listed. */
  readonly nested: readonly DatasetPath[];
  /** Number of files that the config file leaves out. */
  readonly leftOut: number;
  /** Problems of listing, and links that lead out of the folder. */
  readonly problems: readonly Problem[];
}

/** Why a file cannot be opened. */
export interface UnlistedReason {
  /** Phrase after "x.txt". */
  readonly what: Sentence;
  readonly remedy: Sentence;
}

/** Lists `dir` without hidden folders and folders of tools. */
export async function discoverFiles(
  files: FileSystem,
  dir: string,
  listening: {
    readonly signal?: CancelSignal;
    readonly onListed?: (done: number) => void;
    /** Which files the config file lets be read, and which it names as tables. */
    readonly choices?: Pick<FileChoices, 'isRead' | 'columnsOf'>;
  },
): Promise<Listing> {
  const { choices } = listening;
  const images: DatasetPath[] = [];
  const videos: DatasetPath[] = [];
  const texts: DatasetPath[] = [];
  const others: DatasetPath[] = [];
  const rest: DatasetPath[] = [];
  const problems: Problem[] = [];
  const damaged: UnreadFile[] = [];
  const unlisted = new Map<DatasetPath, UnlistedReason>();
  const links: OutsideDatasetLink[] = [];
  const isCaptionName = (path: DatasetPath): boolean => OWN_EXTENSIONS.includes(extensionOf(path));
  const walk = files.walk(dir, {
    skipFolder: isSkippedFolder,
    onProblem: ({ path, reason }) => {
      const file = toDatasetPath(dir, path) ?? path;
      if (isResourceFork(file)) return;
      const known = listProblem(reason, file);
      if (known !== undefined) problems.push(known);
      if (isImageName(file) || isCaptionName(file)) unlisted.set(file, LIST_REASONS[reason]);
    },
    onOutsideLink: ({ path, target, kind }) => {
      const link = toDatasetPath(dir, path);
      if (link !== undefined) links.push({ path: link, target, kind });
    },
    onArchiveFlaw: ({ path, what, remedy }) => {
      const file = toDatasetPath(dir, path) ?? path;
      damaged.push({ file, what, remedy, names: [] });
    },
    ...(listening.signal === undefined ? {} : { signal: listening.signal }),
  });
  let listed = 0;
  const paths: DatasetPath[] = [];
  const configs: DatasetPath[] = [];
  for await (const entry of walk) {
    listening.onListed?.(++listed);
    const path = toDatasetPath(dir, entry.path);
    if (path === undefined || isResourceFork(path)) continue;
    if (baseName(path) === CONFIG_FILE) configs.push(folderOf(path));
    else paths.push(path);
  }
  const nested = outermostFolders(configs);
  const isNested = (path: DatasetPath): boolean => nested.some((folder) => isWithin(path, folder));
  let leftOut = 0;
  for (const path of paths) {
    if (isNested(path)) continue;
    if (choices?.isRead(path) === false) leftOut++;
    else if (isImageName(path)) images.push(path);
    else if (isVideoName(path)) videos.push(path);
    else if (SIDECAR_EXTENSIONS.includes(extensionOf(path))) texts.push(path);
    else if (TABLE_EXTENSIONS.includes(extensionOf(path))) others.push(path);
    else rest.push(path);
  }
  const isSeen = (path: DatasetPath): boolean => !isNested(path) && choices?.isRead(path) !== false;
  for (const path of unlisted.keys()) if (!isSeen(path)) unlisted.delete(path);
  const samples = new Set(images.map(sampleKey));
  // A .json or .txt beside an image belongs to that image, unless its columns are named.
  const isNamed = (path: DatasetPath) => choices?.columnsOf(path) !== undefined;
  const alone = (path: DatasetPath) => isNamed(path) || !samples.has(sampleKey(path));
  const isTable = (path: DatasetPath) => extensionOf(path) !== 'json' || alone(path);
  const namedTexts = texts.filter(isNamed);
  const tables = new Set([
    ...others.filter(isTable),
    ...loneTexts(texts.filter(alone)),
    ...namedTexts,
  ]);
  const outside = outsideLinkProblems(links, [...images, ...texts, ...others]);
  return {
    images: images.sort(),
    videos: videos.sort(),
    texts: texts.sort(),
    tables: [...tables].sort(),
    rest: [...rest, ...others.filter((path) => !isTable(path))].sort(),
    damaged: damaged.filter(({ file }) => isSeen(file)),
    unlisted,
    nested,
    leftOut,
    problems: [
      ...[...problems, ...damaged.map(archiveProblem)].filter(({ file }) => isSeen(file)),
      ...outside,
    ],
  };
}

/** The folders that are in none of the others, without the opened folder itself. */
function outermostFolders(folders: readonly DatasetPath[]): DatasetPath[] {
  return folders.filter(
    (folder) =>
      folder !== '' &&
      !folders.some((other) => other !== '' && other !== folder && isWithin(folder, other)),
  );
}

function archiveProblem({ file, what, remedy }: UnreadFile): Problem {
  return { code: 'unreadable-archive', file, message: sentence('{0} {1}.', file, what), remedy };
}

/** Most texts without an image per folder that are checked for a table, unless named like one. */
const LOOKED_INTO = 5;

/** Text files that may be tables: those named like one, and a few without an image. */
function loneTexts(texts: readonly DatasetPath[]): DatasetPath[] {
  return [...groupBy(texts, folderOf).values()].flatMap((all) =>
    all.length <= LOOKED_INTO ? all : all.filter(isNamedLikeTable),
  );
}

/** Whether a file is a resource fork of macOS on a foreign file system. */
function isResourceFork(path: DatasetPath): boolean {
  return baseName(path).startsWith('._');
}

const NO_FILE = sentence('Delete it, or put a file in its place.');

const LIST_REASONS: Readonly<Record<ListProblem['reason'], UnlistedReason>> = {
  'broken-link': {
    what: sentence('is a symbolic link to nothing'),
    remedy: sentence('Restore what it points to, or delete the link.'),
  },
  'link-loop': {
    what: sentence('is a symbolic link that leads back to itself'),
    remedy: sentence('Delete the link.'),
  },
  'no-permission': {
    what: sentence('may not be read'),
    remedy: sentence('Give yourself permission to read it.'),
  },
  unreadable: {
    what: sentence('could not be read'),
    remedy: sentence('Check the disk, and that the file is not in use.'),
  },
  'named-pipe': { what: sentence('is a named pipe, not a file'), remedy: NO_FILE },
  socket: { what: sentence('is a socket, not a file'), remedy: NO_FILE },
  device: { what: sentence('is a device, not a file'), remedy: NO_FILE },
};

const FOLDER_REASONS: ReadonlySet<ListProblem['reason']> = new Set([
  ...(['broken-link', 'link-loop', 'no-permission', 'unreadable'] as const),
]);

/** Undefined for files that do not concern a dataset, such as a broken link to a library or a socket. */
function listProblem(reason: ListProblem['reason'], file: DatasetPath): Problem | undefined {
  const { what, remedy } = LIST_REASONS[reason];
  const extension = extensionOf(file);
  if (isImageName(file)) {
    return {
      code: 'unreadable-image',
      file,
      image: file,
      message: sentence('{0} {1}.', file, what),
      remedy,
    };
  }
  if (OWN_EXTENSIONS.includes(extension)) {
    return { code: 'unreadable-caption', file, message: sentence('{0} {1}.', file, what), remedy };
  }
  if (!FOLDER_REASONS.has(reason)) return undefined;
  if (reason === 'broken-link' && extension !== '') return undefined;
  const folder = file === '' ? sentence('The folder') : file;
  const message = sentence('{0} {1}; nothing in it was audited.', folder, what);
  return { code: 'unreadable-image', file, message, remedy };
}

import type { CancelSignal } from '../../core/cancellation.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import {
  extensionOf,
  isImageName,
  isSkippedFolder,
  isVideoName,
  stemOf,
} from '../../core/dataset/fileKinds.ts';
import { groupBy } from '../../core/collections.ts';
import { baseName, folderOf, toDatasetPath } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import {
  isNamedLikeTable,
  OWN_EXTENSIONS,
  SIDECAR_EXTENSIONS,
  TABLE_EXTENSIONS,
} from '../../core/formats/captionFiles.ts';
import type { FileSystem, ListProblem } from '../../core/ports.ts';
import { type Sentence, sentence } from '../../core/text/sentence.ts';
import { type OutsideDatasetLink, outsideLinkProblems } from './outsideLinks.ts';

/** What lies in the opened folder, sorted by kind. All paths relative to it. */
export interface Listing {
  readonly images: readonly DatasetPath[];
  readonly videos: readonly DatasetPath[];
  /** Files with the extension of a sidecar. */
  readonly texts: readonly DatasetPath[];
  /** Files whose name allows captions of many images. */
  readonly tables: readonly DatasetPath[];
  /** Every other file, a .json beside its image among them. */
  readonly rest: readonly DatasetPath[];
  /** Images and caption files that are there but cannot be opened: broken links, named pipes. */
  readonly unlisted: ReadonlyMap<DatasetPath, UnlistedReason>;
  /** What could not be listed, and links that lead out of the folder. */
  readonly problems: readonly Problem[];
}

/** Why a name cannot be opened. */
export interface UnlistedReason {
  /** Continues "x.txt". */
  readonly what: Sentence;
  readonly remedy: Sentence;
}

/** Walks `dir`, leaving out hidden folders and tools' own. */
export async function discoverFiles(
  files: FileSystem,
  dir: string,
  listening: { readonly signal?: CancelSignal; readonly onListed?: (done: number) => void },
): Promise<Listing> {
  const images: DatasetPath[] = [];
  const videos: DatasetPath[] = [];
  const texts: DatasetPath[] = [];
  const others: DatasetPath[] = [];
  const rest: DatasetPath[] = [];
  const problems: Problem[] = [];
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
    ...(listening.signal === undefined ? {} : { signal: listening.signal }),
  });
  let listed = 0;
  for await (const entry of walk) {
    listening.onListed?.(++listed);
    const path = toDatasetPath(dir, entry.path);
    if (path === undefined || isResourceFork(path)) continue;
    if (isImageName(path)) images.push(path);
    else if (isVideoName(path)) videos.push(path);
    else if (SIDECAR_EXTENSIONS.includes(extensionOf(path))) texts.push(path);
    else if (TABLE_EXTENSIONS.includes(extensionOf(path))) others.push(path);
    else rest.push(path);
  }
  const stems = new Set(images.map(stemOf));
  // A .json beside its image describes that one image, and a .txt is its caption.
  const alone = (path: DatasetPath) => !stems.has(stemOf(path));
  const isTable = (path: DatasetPath) => extensionOf(path) !== 'json' || alone(path);
  return {
    images: images.sort(),
    videos: videos.sort(),
    texts: texts.sort(),
    tables: [...others.filter(isTable), ...loneTexts(texts.filter(alone))].sort(),
    rest: [...rest, ...others.filter((path) => !isTable(path))].sort(),
    unlisted,
    problems: [...problems, ...outsideLinkProblems(links, [...images, ...texts, ...others])],
  };
}

/** Texts beside no image of a folder that are looked into, unless their names say that they are tables. */
const LOOKED_INTO = 5;

/** Text files that may hold captions of many images: those named so, and single ones that belong to no image. */
function loneTexts(texts: readonly DatasetPath[]): DatasetPath[] {
  return [...groupBy(texts, folderOf).values()].flatMap((all) =>
    all.length <= LOOKED_INTO ? all : all.filter(isNamedLikeTable),
  );
}

/** What macOS keeps beside a file on disks of other systems. */
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

/** Undefined for what is no matter of a dataset, such as a broken link to a library or a program's socket. */
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

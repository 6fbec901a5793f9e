import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { stemOf } from '../../core/dataset/fileKinds.ts';
import { isArchived } from '../../core/dataset/archivePaths.ts';
import {
  baseName,
  folderOf,
  joinPath,
  toAbsolute,
  toDatasetPath,
} from '../../core/dataset/paths.ts';
import { formatWith } from '../../core/formats/formatTable.ts';
import { removalEdits, renameEdits, type TableText } from '../../core/formats/imageReferences.ts';
import type { FileSystem } from '../../core/ports.ts';
import { oneChunk } from '../../core/text/oneChunk.ts';
import { type Sentence, sentence } from '../../core/text/sentence.ts';
import type { CaptionFileKind } from '../discovery/captionFileKind.ts';
import { ImageFinder } from '../discovery/imageFinder.ts';
import type { OpenedFolder } from '../discovery/openDatasets.ts';
import type { FileEdit } from './editor.ts';
import { type DatasetFiles, ImageFollowers, placeAfter } from './imageFollowers.ts';

/** A folder with its datasets as they are now. */
export interface FolderOfPairs {
  readonly opened: OpenedFolder;
  readonly datasets: readonly DatasetFiles[];
}

/** A file that gets another path. Absolute paths. */
export interface FileMove {
  readonly from: string;
  readonly to: string;
}

/** What must be done so that images and their captions stay together. */
export interface Following {
  readonly moves: readonly FileMove[];
  /** Files that are deleted with their image. */
  readonly deletions: readonly string[];
  /** Edits of tables that name the images. */
  readonly edits: readonly FileEdit[];
  /** What stays as it is, and why. */
  readonly left: readonly Sentence[];
}

export interface MovePorts {
  readonly files: FileSystem;
  /** The text of a caption file: that of the open document, else of the file. */
  readonly textOf: (path: string) => Promise<string>;
}

/**
 * What follows when files or folders get other paths: caption files, companions and caches of the images among them,
 * and their names in tables. Nothing that exists is replaced.
 * @param moves files and folders that are moved already, or will be; what they contain is not moved again
 */
export async function followMoves(
  folders: readonly FolderOfPairs[],
  moves: readonly FileMove[],
  ports: MovePorts,
): Promise<Following> {
  const found = { moves: [] as FileMove[], edits: [] as FileEdit[], left: [] as Sentence[] };
  for (const folder of folders) {
    const { dir, index } = folder.opened;
    const movers = new Movers(dir, moves, ({ from }) => from);
    const pathAfter = pathsAfter(dir, movers);
    const images = new Map<DatasetPath, DatasetPath>();
    for (const image of index.paths) {
      const to = isArchived(image) ? undefined : pathAfter(image);
      if (to !== undefined) images.set(image, to);
    }
    if (images.size === 0) continue;
    const followers = new ImageFollowers(ports.files, folder.opened, folder.datasets);
    const renamed = new Map(images);
    const places = new Set<DatasetPath>();
    const isMoved = (file: DatasetPath): boolean => movers.of(file) !== undefined;
    for await (const { file, image, staying } of followersOf(followers, new Set(images.keys()))) {
      if (isMoved(file) || renamed.has(file)) continue;
      const place = placeAfter(file, image, images.get(image) ?? image);
      if (staying !== undefined) found.left.push(shared(file, staying));
      else if (place === undefined) found.left.push(noPlace(file));
      else if (place !== file) {
        const path = toAbsolute(dir, place);
        // On a file system that ignores case, a name in other case is the file itself.
        const isFree =
          place.toLowerCase() === file.toLowerCase() || !(await ports.files.exists(path));
        if (!isFree || places.has(place)) found.left.push(taken(file, place));
        else {
          places.add(place);
          renamed.set(file, place);
          found.moves.push({ from: toAbsolute(dir, file), to: path });
        }
      }
    }
    const { edits, left } = await editTables(folder, renamed, movers, ports);
    found.edits.push(...edits);
    found.left.push(...left);
  }
  return { ...found, deletions: [] };
}

/** What follows when files or folders are deleted. @param gone absolute paths */
export async function followDeletions(
  folders: readonly FolderOfPairs[],
  gone: readonly string[],
  ports: MovePorts,
): Promise<Following> {
  const found = { deletions: [] as string[], edits: [] as FileEdit[], left: [] as Sentence[] };
  for (const folder of folders) {
    const { dir, index } = folder.opened;
    const deleted = new Movers(dir, gone, (path) => path);
    const isGone = (path: DatasetPath): boolean => deleted.of(path) !== undefined;
    const images = new Set(index.paths.filter((image) => !isArchived(image) && isGone(image)));
    if (images.size === 0) continue;
    const followers = new ImageFollowers(ports.files, folder.opened, folder.datasets);
    const following = new Set<DatasetPath>();
    for await (const { file, staying } of followersOf(followers, images)) {
      if (isGone(file) || following.has(file)) continue;
      if (staying === undefined) following.add(file);
      else found.left.push(shared(file, staying));
    }
    found.deletions.push(...[...following].map((file) => toAbsolute(dir, file)));
    for (const table of tablesOf(folder)) {
      if (isGone(table.file)) continue;
      const naming = await namingTable(table, (image) => images.has(image), folder, ports);
      if (naming === undefined) continue;
      const { path, source, names } = naming;
      const edits = await removalEdits(source, new Set(names.keys()));
      if (edits === undefined) found.left.push(rowsStay(table.file));
      else if (edits.length > 0) {
        found.edits.push({ path, text: source.text, create: false, edits });
      }
    }
  }
  return { ...found, moves: [] };
}

/** The files that belong to some images, each with one of them, and another image that it belongs to and that stays. */
async function* followersOf(
  followers: ImageFollowers,
  images: ReadonlySet<DatasetPath>,
): AsyncGenerator<{
  readonly file: DatasetPath;
  readonly image: DatasetPath;
  readonly staying: DatasetPath | undefined;
}> {
  for (const image of images) {
    for (const { file, kind } of await followers.of(image)) {
      const others = kind === 'companion' ? [] : followers.alsoOf(file, image);
      yield { file, image, staying: others.find((other) => !images.has(other)) };
    }
  }
}

/** Which of some files and folders a path is, or is in. */
class Movers<T> {
  readonly #of = new Map<DatasetPath, T>();

  /** @param pathOf absolute */
  constructor(dir: string, all: readonly T[], pathOf: (each: T) => string) {
    for (const each of all) {
      const path = toDatasetPath(dir, pathOf(each));
      if (path !== undefined) this.#of.set(path, each);
    }
  }

  of(path: DatasetPath): T | undefined {
    for (let at = path; at !== ''; at = folderOf(at)) {
      const mover = this.#of.get(at);
      if (mover !== undefined) return mover;
    }
    return this.#of.get('');
  }
}

/** The path after the moves, of those that are concerned. */
function pathsAfter(
  dir: string,
  movers: Movers<FileMove>,
): (path: DatasetPath) => DatasetPath | undefined {
  return (path) => {
    const mover = movers.of(path);
    const inside = mover && toDatasetPath(mover.from, toAbsolute(dir, path));
    if (mover === undefined || inside === undefined) return undefined;
    return toDatasetPath(dir, toAbsolute(mover.to, inside));
  };
}

interface Table {
  /** Relative to the opened folder. */
  readonly file: DatasetPath;
  /** Folder of its dataset. */
  readonly folder: DatasetPath;
  readonly kind: Extract<CaptionFileKind, { kind: 'table' }>;
}

function tablesOf({ opened, datasets }: FolderOfPairs): Table[] {
  return datasets.flatMap(({ root, files }) => {
    const folder = toDatasetPath(opened.dir, root) ?? '';
    return [...files].flatMap(([file, kind]) =>
      kind.kind === 'table' ? [{ file: joinPath(folder, file), folder, kind }] : [],
    );
  });
}

/** Edits of the tables that name images and companions which get other paths. */
async function editTables(
  folder: FolderOfPairs,
  renamed: ReadonlyMap<DatasetPath, DatasetPath>,
  movers: Movers<FileMove>,
  ports: MovePorts,
): Promise<{ readonly edits: FileEdit[]; readonly left: Sentence[] }> {
  const edits: FileEdit[] = [];
  const left: Sentence[] = [];
  for (const table of tablesOf(folder)) {
    // A table and its images in the same folder: the names stay right when that is moved.
    const ownMover = movers.of(table.file);
    const isConcerned = (image: DatasetPath): boolean =>
      renamed.has(image) && (ownMover === undefined || movers.of(image) !== ownMover);
    const naming = await namingTable(table, isConcerned, folder, ports);
    if (naming === undefined) continue;
    const { path, source } = naming;
    const renames = new Map<string, string>();
    for (const [written, image] of naming.names) {
      const name = nameAfterMove(written, image, renamed.get(image) ?? image, folder.opened.dir);
      if (name === undefined) left.push(rowStays(table.file, written));
      else if (name !== written) renames.set(written, name);
    }
    if (renames.size === 0) continue;
    const changes = await renameEdits(source, renames);
    if (changes === undefined) left.push(rowsStay(table.file));
    else edits.push({ path, text: source.text, create: false, edits: changes });
  }
  return { edits, left };
}

/** A table that names images. */
interface NamingTable {
  /** Absolute. */
  readonly path: string;
  readonly source: TableText;
  /** The images that are concerned, by their names in the table. */
  readonly names: ReadonlyMap<string, DatasetPath>;
}

/** A table with the names of the images that are concerned; undefined if it names none. */
async function namingTable(
  { file, folder, kind }: Table,
  isConcerned: (image: DatasetPath) => boolean,
  { opened }: FolderOfPairs,
  ports: MovePorts,
): Promise<NamingTable | undefined> {
  // A table that mentions none of the images is not read.
  const concerned = [...kind.mentioned, ...kind.accounted].some((image) =>
    isConcerned(joinPath(folder, image)),
  );
  if (!concerned || isArchived(file)) return undefined;
  const path = toAbsolute(opened.dir, file);
  const format = formatWith(kind.format, kind.columns);
  const [name, text] = [baseName(file), await ports.textOf(path)];
  const finder = new ImageFinder(
    ports.files,
    opened.dir,
    opened.index,
    file,
    format.images,
    opened.roots,
  );
  const names = new Map<string, DatasetPath>();
  const rows = format.read({ name, images: opened.index, chunks: () => oneChunk(text) });
  for await (const row of rows) {
    if (row.kind !== 'caption') continue;
    for (const written of [row.image, ...(row.companions ?? []).map((each) => each.name)]) {
      if (names.has(written)) continue;
      const found = await finder.find(written);
      if ('image' in found && isConcerned(found.image)) names.set(written, found.image);
    }
  }
  const source = { format, name, text, images: opened.index };
  return names.size === 0 ? undefined : { path, source, names };
}

/**
 * How a table names an image after its move. The beginning that the name does not share with the path stays: a root
 * folder, a drive of another machine. Undefined if the new path is outside of it.
 */
export function nameAfterMove(
  written: string,
  image: DatasetPath,
  to: DatasetPath,
  dir: string,
): string | undefined {
  const backslashes = written.includes('\\') && !written.includes('/');
  const name = written.trim().replaceAll('\\', '/').split('/');
  const [from, now] = [image, to].map((path) => toAbsolute(dir, path).split(/[\\/]/));
  if (from === undefined || now === undefined) return undefined;
  const file = name.at(-1)?.normalize('NFC');
  const bare = file === stemOf(baseName(image)).normalize('NFC');
  if (!bare && file !== baseName(image).normalize('NFC')) return undefined;
  let same = 1;
  while (
    same < Math.min(name.length, from.length) &&
    name.at(-1 - same)?.normalize('NFC') === from.at(-1 - same)?.normalize('NFC')
  ) {
    same++;
  }
  const base = from.slice(0, from.length - same);
  if (!base.every((part, i) => part === now[i]) || now.length <= base.length) return undefined;
  const inside = now.slice(base.length).join('/');
  const begin = name.slice(0, name.length - same);
  const whole = [...begin, bare ? stemOf(inside) : inside].join('/');
  return backslashes ? whole.replaceAll('/', '\\') : whole;
}

function shared(file: DatasetPath, other: DatasetPath): Sentence {
  return sentence('{0} stays where it is: it belongs to {1}, too.', file, other);
}

function noPlace(file: DatasetPath): Sentence {
  return sentence('{0} stays where it is: its name does not tell its new place.', file);
}

function taken(file: DatasetPath, place: DatasetPath): Sentence {
  return sentence('{0} stays where it is: there is a file {1} already.', file, place);
}

function rowStays(table: DatasetPath, name: string): Sentence {
  return sentence('{0} still names {1}: it cannot name a file outside of its folder.', table, name);
}

function rowsStay(table: DatasetPath): Sentence {
  return sentence('{0} was not changed: its rows could not be changed safely.', table);
}

import pMap from 'p-map';
import { throwIfCancelled, type CancelSignal } from '../../core/cancellation.ts';
import { evenSample, groupBy, pushTo } from '../../core/collections.ts';
import {
  BESIDE_EXTENSIONS,
  SIDECAR_EXTENSIONS,
  structuredSidecar,
} from '../../core/formats/captionFiles.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import { baseName, folderOf, toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem } from '../../core/ports.ts';
import { decodeText } from '../../core/text/decodeText.ts';
import { sentence } from '../../core/text/sentence.ts';
import { NUMBERS } from './numberTexts.ts';
import { proseWords, sidecarContent, type SidecarContent } from './sidecarContents.ts';
import type { UnreadFile } from './unreadFiles.ts';

/** Caption files of images without a .txt or .caption, detected by name and content. */
export interface OtherSidecars {
  /** Each image with its file, which has another extension or is in a separate folder. */
  readonly of: ReadonlyMap<DatasetPath, DatasetPath>;
  /** Caption folders, each with its image folder. */
  readonly folders: ReadonlyMap<DatasetPath, DatasetPath>;
  /** Text files with the detected extensions, including those without an image. */
  readonly alike: readonly DatasetPath[];
  readonly unread: readonly UnreadFile[];
}

/** Input of the detection. */
export interface Candidates {
  readonly images: readonly DatasetPath[];
  /** Images with a row in a table. */
  readonly captioned: ReadonlySet<DatasetPath>;
  /** Files with a sidecar extension. */
  readonly texts: readonly DatasetPath[];
  /** Files with other extensions that are not tables. */
  readonly rest: readonly DatasetPath[];
}

/** Extensions of files beside images that are not captions. */
const NO_CAPTIONS = new Set([
  ...['npz', 'npy', 'safetensors', 'pt', 'pth', 'ckpt', 'pkl', 'bin', 'dat', 'db', 'lock', 'tmp'],
  ...['html', 'htm', 'md', 'md5', 'sha256', 'py', 'js', 'ts', 'ipynb', 'sh', 'log'],
  ...['ini', 'cfg', 'toml', 'svg', 'psd', 'ai', 'raw', 'cr2', 'nef', 'dng', 'arw', 'aae', 'pdf'],
  ...['wav', 'mp3', 'flac', 'onnx', 'bak', 'url', 'lnk', 'ds_store'],
]);

/** Most files of a kind whose content is checked. */
const LOOKED_INTO = 8;
/** Largest file that is checked, in bytes: captions are short. */
const LOOK_BYTES = 256 * 1024;
/** Smallest share of checked files that must agree. */
const MOST = 0.8;
const HALF = 0.5;
/** Smallest number of common names of a caption folder and an image folder. */
const LEAST_NAMES = 2;
const READ_AT_ONCE = 8;

/** Texts about a folder as a whole. */
const ABOUT_FOLDER =
  /^(?:readme|licen[cs]e|notice|credits|requirements|notes?|todo|sources?|urls?)\b/i;
/** Typical names of caption folders. */
const CAPTION_FOLDER = /capt|text|txt|prompt|tag|descri|annot/i;

export async function otherSidecars(
  files: FileSystem,
  dir: string,
  candidates: Candidates,
  signal?: CancelSignal,
): Promise<OtherSidecars> {
  const search = new SidecarSearch(files, dir, candidates, signal);
  await search.beside();
  await search.apart();
  await search.affixed();
  await search.alone();
  return search;
}

class SidecarSearch implements OtherSidecars {
  readonly of = new Map<DatasetPath, DatasetPath>();
  readonly folders = new Map<DatasetPath, DatasetPath>();
  readonly alike: DatasetPath[] = [];
  readonly unread: UnreadFile[] = [];
  readonly #files: FileSystem;
  readonly #dir: string;
  readonly #signal: CancelSignal | undefined;
  readonly #candidates: Candidates;
  /** Images without a caption, by path without extension and by whole path. */
  readonly #bare = new Map<string, DatasetPath[]>();
  /** Images with a caption, by the same keys. */
  readonly #clothed = new Set<string>();
  #byName: ReadonlyMap<string, readonly DatasetPath[]> | undefined;

  constructor(
    files: FileSystem,
    dir: string,
    candidates: Candidates,
    signal: CancelSignal | undefined,
  ) {
    this.#files = files;
    this.#dir = dir;
    this.#candidates = candidates;
    this.#signal = signal;
    const texts = new Set(candidates.texts.map(nameKey));
    for (const image of candidates.images) {
      const keys = [nameKey(image), plainKey(image)];
      const isCaptioned = candidates.captioned.has(image) || keys.some((key) => texts.has(key));
      for (const key of keys) {
        if (isCaptioned) this.#clothed.add(key);
        else pushTo(this.#bare, key, image);
      }
    }
  }

  /** Files beside images, by extension; the most frequent one first. */
  async beside(): Promise<void> {
    const byExtension = groupBy(
      this.#candidates.rest.filter((file) => this.#bare.has(nameKey(file))),
      extensionOf,
    );
    const mostFirst = [...byExtension].sort(
      ([a, x], [b, y]) => y.length - x.length || rank(a) - rank(b),
    );
    for (const [extension, all] of mostFirst) {
      const files = all.filter((file) => this.#bareOf(file).some((image) => !this.of.has(image)));
      if (extension === '' || NO_CAPTIONS.has(extension) || files.length === 0) continue;
      if (!BESIDE_EXTENSIONS.includes(extension) && files.length < LEAST_NAMES) continue;
      const verdict = await this.#lookInto(files);
      if (verdict === 'captions') this.#take(files, extension);
      else if (verdict === 'prose') {
        this.#leave(files.flatMap((file) => this.#bareOf(file).map((image) => ({ file, image }))));
      }
    }
    this.#reportSeconds();
  }

  /** Text files in folders without images whose names match those of folders of uncaptioned images. */
  async apart(): Promise<void> {
    const { texts, rest, images } = this.#candidates;
    const own = new Set(images.flatMap((image) => [nameKey(image), plainKey(image)]));
    const known = new Set([...SIDECAR_EXTENSIONS, ...BESIDE_EXTENSIONS]);
    // Texts that are no table are among both.
    const lone = [...new Set([...texts, ...rest])].filter(
      (file) => known.has(extensionOf(file)) && !own.has(nameKey(file)),
    );
    const folders = new NamedFolders(images);
    for (const [folder, all] of groupBy(lone, folderOf)) {
      const home = folders.bestFor(folder, all);
      if (home === undefined) continue;
      const { path, ofName } = home;
      const pairs = all.flatMap((file) => {
        const image = ofName.get(baseKey(file));
        return image === undefined ? [] : [{ file, image }];
      });
      const share = CAPTION_FOLDER.test(folder.slice(folder.lastIndexOf('/') + 1)) ? HALF : MOST;
      if (pairs.length < LEAST_NAMES || pairs.length < share * all.length) continue;
      const bare = pairs.filter(({ image }) => this.#isBare(image));
      const verdict = await this.#lookInto(pairs.map(({ file }) => file));
      if (verdict === 'prose') this.#leave(pairs);
      if (verdict === 'numbers') {
        this.unread.push(...pairs.map(({ file }) => ({ file, ...NUMBERS })));
      }
      if (verdict !== 'captions') continue;
      if (bare.length < share * pairs.length) this.#tellSecondFolder(all, path);
      else {
        this.folders.set(folder, path);
        for (const { file, image } of bare) this.of.set(image, file);
      }
    }
  }

  /** Text files named after images with one ending or beginning more: `cow_caption.txt` of `cow.jpg`. */
  async affixed(): Promise<void> {
    const lone = this.#candidates.texts.filter(
      (file) => !this.#bare.has(nameKey(file)) && !this.#clothed.has(nameKey(file)),
    );
    for (const files of groupBy(lone, folderOf).values()) {
      const beside = commonAffix(files, (key) => this.#bare.get(key)?.[0]);
      const pairs = beside.length > 0 ? beside : commonAffix(files, (key) => this.#onlyNamed(key));
      if (pairs.length < LEAST_NAMES || pairs.length < MOST * files.length) continue;
      if ((await this.#lookInto(pairs.map(({ file }) => file))) !== 'captions') continue;
      for (const { file, image } of pairs) if (!this.of.has(image)) this.of.set(image, file);
    }
  }

  /** One text in each folder of one image, always of the same name: `001/image.png` with `001/prompt.txt`. */
  async alone(): Promise<void> {
    const { texts, rest, images } = this.#candidates;
    const known = new Set([...SIDECAR_EXTENSIONS, ...BESIDE_EXTENSIONS]);
    const imagesIn = groupBy(images, folderOf);
    const lone = [...new Set([...texts, ...rest])].filter((file) => {
      const [image, ...others] = imagesIn.get(folderOf(file)) ?? [];
      const isOnly = image !== undefined && others.length === 0 && this.#isBare(image);
      return isOnly && known.has(extensionOf(file)) && !ABOUT_FOLDER.test(baseName(file));
    });
    for (const files of groupBy(lone, baseName).values()) {
      if (files.length < LEAST_NAMES) continue;
      if ((await this.#lookInto(files)) !== 'captions') continue;
      for (const file of files) {
        const [image] = imagesIn.get(folderOf(file)) ?? [];
        if (image !== undefined && this.#isBare(image)) this.of.set(image, file);
      }
    }
  }

  /** The only image of this name without its folder, if it has no caption. */
  #onlyNamed(key: string): DatasetPath | undefined {
    this.#byName ??= groupBy(this.#candidates.images, baseKey);
    const [only, ...others] = this.#byName.get(baseName(key)) ?? [];
    return only !== undefined && others.length === 0 && this.#isBare(only) ? only : undefined;
  }

  #isBare(image: DatasetPath): boolean {
    return this.#bare.has(plainKey(image)) && !this.of.has(image);
  }

  #bareOf(file: DatasetPath): readonly DatasetPath[] {
    return this.#bare.get(nameKey(file)) ?? [];
  }

  #take(files: readonly DatasetPath[], extension: string): void {
    for (const file of files) {
      for (const image of this.#bareOf(file)) if (!this.of.has(image)) this.of.set(image, file);
    }
    const [first] = files;
    if (first === undefined || structuredSidecar(first) !== undefined) return;
    for (const file of this.#candidates.rest) {
      if (extensionOf(file) === extension) this.alike.push(file);
    }
  }

  #leave(pairs: readonly SidecarPair[]): void {
    for (const { file, image } of pairs) {
      this.unread.push({ file, ...proseWords(file), names: [image] });
    }
  }

  /** Reports second captions of captioned images; a trainer's setting decides which it reads. */
  #reportSeconds(): void {
    for (const file of this.#candidates.rest) {
      const [image] = this.#bareOf(file);
      const first = image === undefined ? undefined : this.of.get(image);
      const isSecond =
        image === undefined
          ? this.#clothed.has(nameKey(file))
          : first !== undefined && first !== file;
      const isText = BESIDE_EXTENSIONS.includes(extensionOf(file)) && !structuredSidecar(file);
      if (!isSecond || !isText) continue;
      this.unread.push({
        file,
        what: sentence('a second caption of an image, which is not read'),
        remedy: sentence('Nothing, if the trainer does not read it either.'),
        names: [],
      });
    }
  }

  #tellSecondFolder(files: readonly DatasetPath[], images: DatasetPath): void {
    for (const file of files) {
      this.unread.push({
        file,
        what: sentence(
          'a text that bears the name of an image in {0}, which has a caption of its own',
          images === '' ? '.' : images,
        ),
        remedy: sentence('Nothing, if the trainer does not read it either.'),
        names: [],
        isLeftAlone: true,
      });
    }
  }

  /** Whether files contain captions, or prose in an unknown format. */
  async #lookInto(
    all: readonly DatasetPath[],
  ): Promise<'captions' | 'prose' | 'numbers' | 'neither'> {
    const some = evenSample(all, LOOKED_INTO);
    const found = await pMap(some, (file) => this.#contentOf(file), { concurrency: READ_AT_ONCE });
    // Empty files are missing captions if the others are captions.
    const contents = found.filter((content) => content !== 'blank');
    const share = (kind: SidecarContent): number =>
      contents.filter((content) => content === kind).length / contents.length;
    if (contents.length === 0) return 'neither';
    if (share('captions') >= MOST) return 'captions';
    if (share('numbers') >= MOST) return 'numbers';
    return share('prose') >= MOST ? 'prose' : 'neither';
  }

  async #contentOf(file: DatasetPath): Promise<SidecarContent> {
    throwIfCancelled(this.#signal);
    try {
      const bytes = await this.#files.read(toAbsolute(this.#dir, file), { maxBytes: LOOK_BYTES });
      const decoded = decodeText(bytes);
      return 'text' in decoded ? sidecarContent(file, decoded.text) : 'other';
    } catch (error) {
      if (PairLensError.is(error, 'unreadable-file')) return 'other';
      throw error;
    }
  }
}

/** Known caption extensions rank before others. */
function rank(extension: string): number {
  const at = BESIDE_EXTENSIONS.indexOf(extension);
  return at < 0 ? BESIDE_EXTENSIONS.length : at;
}

/** A caption file with its image. */
interface SidecarPair {
  readonly file: DatasetPath;
  readonly image: DatasetPath;
}

/** The files that are named after an image with the most frequent ending or beginning, which a separator sets off. */
function commonAffix(
  files: readonly DatasetPath[],
  imageOf: (key: string) => DatasetPath | undefined,
): readonly SidecarPair[] {
  const byAffix = new Map<string, SidecarPair[]>();
  for (const file of files) {
    const [folder, name] = [folderOf(file), baseKey(file)];
    const keyOf = (stem: string): string => (folder === '' ? stem : `${folder}/${stem}`);
    for (const { index } of name.matchAll(/[-_. ]/g)) {
      const ending = imageOf(keyOf(name.slice(0, index)));
      if (ending !== undefined) {
        pushTo(byAffix, `*${name.slice(index)}`, { file, image: ending });
      }
      const beginning = imageOf(keyOf(name.slice(index + 1)));
      if (beginning !== undefined) {
        pushTo(byAffix, `${name.slice(0, index + 1)}*`, { file, image: beginning });
      }
    }
  }
  return [...byAffix.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

/** A path without its extension, for comparison. */
function nameKey(path: DatasetPath): string {
  return stemOf(path).normalize('NFC');
}

function plainKey(path: DatasetPath): string {
  return path.normalize('NFC');
}

function baseKey(path: DatasetPath): string {
  return baseName(nameKey(path));
}

interface NamedFolder {
  readonly path: DatasetPath;
  readonly ofName: ReadonlyMap<string, DatasetPath>;
}

/** Image folders by image name. */
class NamedFolders {
  readonly #byName = new Map<string, NamedFolder[]>();

  constructor(images: readonly DatasetPath[]) {
    for (const [path, all] of groupBy(images, folderOf)) {
      const ofName = new Map(
        all.flatMap((image) => [
          [baseKey(image), image] as const,
          [baseName(plainKey(image)), image] as const,
        ]),
      );
      const folder = { path, ofName };
      for (const name of ofName.keys()) pushTo(this.#byName, name, folder);
    }
  }

  /** The folder with most of the names; of several the one with the most similar path. */
  bestFor(path: DatasetPath, files: readonly DatasetPath[]): NamedFolder | undefined {
    const votes = new Map<NamedFolder, number>();
    for (const file of files) {
      for (const folder of this.#byName.get(baseKey(file)) ?? []) {
        votes.set(folder, (votes.get(folder) ?? 0) + 1);
      }
    }
    const parts = new Set(path.split('/'));
    const shared = (folder: NamedFolder): number =>
      folder.path.split('/').filter((part) => parts.has(part)).length;
    const [best] = [...votes].sort(
      ([a, m], [b, n]) => n - m || shared(b) - shared(a) || (a.path < b.path ? -1 : 1),
    );
    return best?.[0];
  }
}

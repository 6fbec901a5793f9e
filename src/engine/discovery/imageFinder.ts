import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { isVideoName, stemOf, unsupportedPicture } from '../../core/dataset/fileKinds.ts';
import type { ImageIndex } from '../../core/dataset/imageIndex.ts';
import {
  bestMappings,
  type CountedMapping,
  mapped,
  type NameMapping,
} from '../../core/dataset/nameMapping.ts';
import {
  baseName,
  folderOf,
  isWithin,
  joinPath,
  readWrittenPath,
  toAbsolute,
  type PathRefusal,
} from '../../core/dataset/paths.ts';
import type { ProblemCode } from '../../core/dataset/problem.ts';
import type { ImagePlace } from '../../core/formats/captionFormat.ts';
import type { FileSystem } from '../../core/ports.ts';
import { type Sentence, sentence, type SentenceValue } from '../../core/text/sentence.ts';

/** Why no image was found; the caller adds the position of the name. */
export interface LostImage {
  readonly code: ProblemCode;
  /** Phrase after "line 3 of metadata.jsonl names x.jpg, ...". */
  readonly because: Sentence;
  readonly remedy: Sentence;
}

/** An image that cannot be opened is reported as a file, so its row is not a second problem. */
export type FoundImage =
  | { readonly image: DatasetPath }
  | { readonly unlisted: DatasetPath }
  /** A video, which is not audited. */
  | { readonly video: DatasetPath }
  | LostImage;

/** Most folders searched for a missing image, besides the likely ones. */
const MAX_FOLDERS = 200;

/** Resolves the image names of one caption file. */
export class ImageFinder {
  readonly #files: FileSystem;
  readonly #dir: string;
  readonly #index: ImageIndex;
  readonly #place: ImagePlace;
  readonly #file: DatasetPath;
  readonly #folder: DatasetPath;
  readonly #bases: readonly DatasetPath[];
  /** Roots that the user named. */
  readonly #roots: readonly NameMapping[];
  readonly #known = new Map<string, FoundImage>();

  constructor(
    files: FileSystem,
    dir: string,
    index: ImageIndex,
    captionFile: DatasetPath,
    place: ImagePlace,
    roots: readonly NameMapping[] = [],
  ) {
    this.#roots = roots;
    this.#files = files;
    this.#dir = dir;
    this.#index = index;
    this.#place = place;
    this.#file = captionFile;
    this.#folder = folderOf(captionFile);
    this.#bases =
      place === 'search' || place === 'search-stem'
        ? searchFolders(captionFile, index.folders)
        : [this.#folder];
  }

  async find(written: string): Promise<FoundImage> {
    let found = this.#known.get(written);
    if (found === undefined) {
      found = await this.#look(written);
      this.#known.set(written, found);
    }
    return found;
  }

  /** The mappings that explain most of the names that were not found, equally well. */
  mappingsOf(names: readonly string[]): readonly CountedMapping[] {
    return bestMappings(names, (name) => this.#index.namesakes(name, this.#byStemToo), this.#file);
  }

  /** The image of a mapped name. */
  findMapped(mapping: NameMapping, written: string): DatasetPath | undefined {
    const path = mapped(mapping, written);
    return path === undefined ? undefined : (this.#index.find(path) ?? this.#byStem(path));
  }

  get #byStemToo(): boolean {
    return this.#place === 'search-stem' || this.#place === 'relative-stem';
  }

  async #look(written: string): Promise<FoundImage> {
    for (const root of this.#roots) {
      const image = this.findMapped(root, written);
      if (image !== undefined) return { image };
    }
    const fence = this.#place === 'own-folder' ? this.#folder : '';
    let refused: PathRefusal | undefined;
    let likeliest: DatasetPath | undefined;
    for (const base of this.#bases) {
      const reading = readWrittenPath(written, base, this.#dir, fence);
      if ('refused' in reading) {
        refused ??= reading.refused;
        continue;
      }
      for (const candidate of reading.candidates) {
        likeliest ??= candidate;
        const image = this.#index.find(candidate) ?? this.#byStem(candidate);
        if (image !== undefined) return { image };
        if (this.#index.isUnlisted(candidate)) return { unlisted: candidate };
      }
    }
    if (fence === '') {
      for (const folder of this.#bases) {
        const image = this.#index.numbered(written, folder);
        if (image !== undefined) return { image };
      }
    }
    if (likeliest === undefined) return this.#refuse(written, refused ?? 'not-a-path');
    return this.#unlisted(written, likeliest);
  }

  #byStem(candidate: DatasetPath): DatasetPath | undefined {
    return this.#byStemToo ? this.#index.withStem(candidate)[0] : undefined;
  }

  /** Resolves a name that no listed image has: the file may be in a skipped folder, or the disk may ignore case. */
  async #unlisted(written: string, candidate: DatasetPath): Promise<FoundImage> {
    const [folded] = this.#index.differingInCase(candidate);
    const absolute = toAbsolute(this.#dir, candidate);
    if (await this.#isFile(absolute)) {
      const picture = unsupportedPicture(candidate);
      if (picture === undefined) return { image: folded ?? candidate };
      if (isVideoName(candidate)) return { video: candidate };
      return {
        code: 'unreadable-image',
        because: sentence('which is {0}', picture),
        remedy: sentence('Convert it to PNG or JPEG, or delete the caption.'),
      };
    }
    if (folded !== undefined) {
      return {
        code: 'missing-image',
        because: sentence(
          'but the file is called {0}: upper and lower case differ',
          baseName(folded),
        ),
        remedy: sentence('Rename one of the two to match.'),
      };
    }
    const elsewhere = this.#index.named(written, this.#folder);
    return {
      code: 'missing-image',
      because: sentence('which does not exist'),
      remedy:
        elsewhere === undefined
          ? sentence('Put the image there, correct the name, or delete the caption.')
          : sentence(
              'There is {0}: correct the name, which is relative to {1}.',
              elsewhere,
              this.#folderName(),
            ),
    };
  }

  async #isFile(absolute: string): Promise<boolean> {
    if (!(await this.#files.exists(absolute))) return false;
    try {
      return (await this.#files.stat(absolute)).kind === 'file';
    } catch {
      return false; // deleted or unreadable: treated as missing
    }
  }

  #refuse(written: string, refused: PathRefusal): LostImage {
    const elsewhere = this.#index.named(written, this.#folder);
    const instead =
      elsewhere === undefined
        ? ''
        : sentence(' There is {0}, which may be the one meant.', elsewhere);
    const here = this.#folderName();
    const reasons: Record<PathRefusal, readonly [because: Sentence, remedy: Sentence]> = {
      empty: [sentence('which is empty'), sentence('Name the image, or delete the row.')],
      url: [
        sentence('which is an address on the network; PairLens reads local files only'),
        sentence('Download the image and name it relative to {0}.', here),
      ],
      absolute: [
        sentence('an absolute path outside the dataset'),
        sentence('Copy the image into the dataset and name it relative to {0}.', here),
      ],
      'climbs-out': [
        sentence('which leads out of the dataset folder'),
        sentence('Move the image into {0} and name it relative to that folder.', here),
      ],
      'not-a-path': [
        sentence('which is no file name'),
        sentence('Name the image relative to {0}.', here),
      ],
    };
    const [because, remedy] = reasons[refused];
    return { code: 'missing-image', because, remedy: sentence('{0}{1}', remedy, instead) };
  }

  #folderName(): SentenceValue {
    return this.#folder === '' ? sentence("the caption file's folder") : this.#folder;
  }
}

/**
 * Folders to search for images that are not beside the caption file: `images/`, a folder whose name is in the
 * caption file's name (`captions_val2017.json`, `val2017/`), then any folder below the caption file's parent
 * (`annotations/` and `val2017/` are siblings).
 */
function searchFolders(
  captionFile: DatasetPath,
  imageFolders: readonly DatasetPath[],
): DatasetPath[] {
  const own = folderOf(captionFile);
  const around = folderOf(own);
  const name = stemOf(baseName(captionFile)).toLowerCase();
  const known = new Set<DatasetPath>();
  for (const folder of imageFolders) {
    for (let at = folder; isWithin(at, around) && !known.has(at); at = folderOf(at)) {
      known.add(at);
      if (at === around || at === '') break;
    }
  }
  const rank = (folder: DatasetPath) => {
    const last = baseName(folder).toLowerCase();
    const named = last !== '' && name.includes(last) ? 0 : /^ima?ge?s?$/.test(last) ? 1 : 2;
    return named + (isWithin(folder, own) ? 0 : 0.5);
  };
  const others = [...known].filter((folder) => folder !== own);
  others.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return [own, joinPath(own, 'images'), ...others.slice(0, MAX_FOLDERS)];
}

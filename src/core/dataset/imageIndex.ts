import { groupBy } from '../collections.ts';
import type { DatasetPath } from './dataset.ts';
import { stemOf } from './fileKinds.ts';
import { baseName, folderOf, isWithin } from './paths.ts';

/**
 * Finds listed images by name. Names are compared as written, then in Unicode normal form C, because macOS
 * returns decomposed names.
 */
export class ImageIndex {
  readonly paths: readonly DatasetPath[];
  readonly #exact: ReadonlySet<DatasetPath>;
  readonly #unlisted: ReadonlySet<DatasetPath>;
  #normal: Map<string, DatasetPath> | undefined;
  #folded: Map<string, DatasetPath[]> | undefined;
  #stems: Map<string, DatasetPath[]> | undefined;
  #names: Map<string, DatasetPath[]> | undefined;
  #nameStems: Map<string, DatasetPath[]> | undefined;
  #foldedNameStems: Map<string, DatasetPath[]> | undefined;
  #numbers: Map<string, DatasetPath[]> | undefined;

  /** @param unlisted images that cannot be opened, such as broken links, which are reported separately. */
  constructor(paths: readonly DatasetPath[], unlisted: Iterable<DatasetPath> = []) {
    this.paths = paths;
    this.#exact = new Set(paths);
    this.#unlisted = new Set(unlisted);
  }

  /** Whether a path is an image that cannot be opened, which is reported separately. */
  isUnlisted(path: DatasetPath): boolean {
    return this.#unlisted.has(path);
  }

  find(path: DatasetPath): DatasetPath | undefined {
    if (this.#exact.has(path)) return path;
    this.#normal ??= new Map(this.paths.map((known) => [known.normalize('NFC'), known]));
    return this.#normal.get(path.normalize('NFC'));
  }

  /** Images with this path without extension (as in kohya's keys). */
  withStem(stem: DatasetPath): readonly DatasetPath[] {
    this.#stems ??= groupBy(this.paths, (path) => stemOf(path).normalize('NFC'));
    return this.#stems.get(stem.normalize('NFC')) ?? [];
  }

  /** Images whose path differs only in case. */
  differingInCase(path: DatasetPath): readonly DatasetPath[] {
    this.#folded ??= groupBy(this.paths, fold);
    return this.#folded.get(fold(path)) ?? [];
  }

  /** Images with this file name, with or without its extension, in any folder. */
  allNamed(written: string): readonly DatasetPath[] {
    const name = fold(baseName(written.trim().replaceAll('\\', '/')));
    this.#names ??= groupBy(this.paths, (path) => fold(baseName(path)));
    const exact = this.#names.get(name);
    if (exact !== undefined) return exact;
    this.#foldedNameStems ??= groupBy(this.paths, (path) => fold(stemOf(baseName(path))));
    return this.#foldedNameStems.get(name) ?? [];
  }

  /** The first image with this file name below `folder`, as a hint for a missing one. */
  named(name: string, folder: DatasetPath): DatasetPath | undefined {
    this.#names ??= groupBy(this.paths, (path) => fold(baseName(path)));
    const known = this.#names.get(fold(baseName(name.replaceAll('\\', '/')))) ?? [];
    return known.find((path) => isWithin(path, folder));
  }

  /** Images with this file name in any folder; with `byStem` also with this name without extension. */
  namesakes(name: string, byStem: boolean): readonly DatasetPath[] {
    this.#names ??= groupBy(this.paths, (path) => fold(baseName(path)));
    const exact = (this.#names.get(fold(name)) ?? []).filter(
      (path) => baseName(path).normalize('NFC') === name.normalize('NFC'),
    );
    if (!byStem || exact.length > 0) return exact;
    this.#nameStems ??= groupBy(this.paths, (path) => stemOf(baseName(path)).normalize('NFC'));
    return this.#nameStems.get(name.normalize('NFC')) ?? [];
  }

  /** Whether an image in any folder has this file name, with or without extension; the written folder is ignored. */
  isNamed(written: string): boolean {
    return this.allNamed(written).length > 0;
  }

  /** Whether exactly one image of a folder has this number, which is an ID, at the end of its name. */
  isNumbered(id: string): boolean {
    const known = this.#numbered(id);
    return known.some((path) => this.numbered(id, folderOf(path)) !== undefined);
  }

  /** The only image directly in `folder` whose name ends with this number: `1` is `COCO_val2014_000000000001.jpg`. */
  numbered(id: string, folder: DatasetPath): DatasetPath | undefined {
    const [only, ...others] = this.#numbered(id).filter((path) => folderOf(path) === folder);
    return others.length === 0 ? only : undefined;
  }

  #numbered(id: string): readonly DatasetPath[] {
    this.#numbers ??= groupBy(this.paths, (path) => lastNumber(stemOf(baseName(path))));
    return isId(id) ? (this.#numbers.get(withoutZeros(id)) ?? []) : [];
  }

  /** Folders that directly contain images, in order of first occurrence. */
  get folders(): readonly DatasetPath[] {
    return [...new Set(this.paths.map(folderOf))];
  }
}

/** IDs are whole numbers, not decimals or dates. */
function isId(written: string): boolean {
  return /^\d{1,20}$/.test(written.trim());
}

function withoutZeros(digits: string): string {
  return digits.trim().replace(/^0+(?=\d)/, '');
}

/** The digits at the end of a name without leading zeros; empty if there are none. */
function lastNumber(stem: string): string {
  return withoutZeros(/\d{1,20}$/.exec(stem)?.[0] ?? '');
}

function fold(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

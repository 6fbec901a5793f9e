import { groupBy } from '../collections.ts';
import type { DatasetPath } from './dataset.ts';
import { stemOf } from './fileKinds.ts';
import { baseName, folderOf, isWithin } from './paths.ts';

/**
 * Finds the listed image a written name means. Names are compared as they stand, then in Unicode
 * normal form C: macOS hands out decomposed names for what was typed composed.
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

  /** @param unlisted images that are there but cannot be opened, such as broken links: reported by themselves. */
  constructor(paths: readonly DatasetPath[], unlisted: Iterable<DatasetPath> = []) {
    this.paths = paths;
    this.#exact = new Set(paths);
    this.#unlisted = new Set(unlisted);
  }

  /** Whether a path is that of an image which cannot be opened, and of which a problem of its own tells. */
  isUnlisted(path: DatasetPath): boolean {
    return this.#unlisted.has(path);
  }

  find(path: DatasetPath): DatasetPath | undefined {
    if (this.#exact.has(path)) return path;
    this.#normal ??= new Map(this.paths.map((known) => [known.normalize('NFC'), known]));
    return this.#normal.get(path.normalize('NFC'));
  }

  /** Images whose path without extension is this one (kohya writes its keys so). */
  withStem(stem: DatasetPath): readonly DatasetPath[] {
    this.#stems ??= groupBy(this.paths, (path) => stemOf(path).normalize('NFC'));
    return this.#stems.get(stem.normalize('NFC')) ?? [];
  }

  /** Images whose path differs from this one in upper and lower case only. */
  differingInCase(path: DatasetPath): readonly DatasetPath[] {
    this.#folded ??= groupBy(this.paths, fold);
    return this.#folded.get(fold(path)) ?? [];
  }

  /** The images of this file name, with or without its extension, wherever they lie. */
  allNamed(written: string): readonly DatasetPath[] {
    const name = fold(baseName(written.trim().replaceAll('\\', '/')));
    this.#names ??= groupBy(this.paths, (path) => fold(baseName(path)));
    const exact = this.#names.get(name);
    if (exact !== undefined) return exact;
    this.#foldedNameStems ??= groupBy(this.paths, (path) => fold(stemOf(baseName(path))));
    return this.#foldedNameStems.get(name) ?? [];
  }

  /** The first image of this file name anywhere below `folder`: where a lost one may have gone. */
  named(name: string, folder: DatasetPath): DatasetPath | undefined {
    this.#names ??= groupBy(this.paths, (path) => fold(baseName(path)));
    const known = this.#names.get(fold(baseName(name.replaceAll('\\', '/')))) ?? [];
    return known.find((path) => isWithin(path, folder));
  }

  /** Images of this file name in any folder; with `byStem` also those that have the name before their extension. */
  namesakes(name: string, byStem: boolean): readonly DatasetPath[] {
    this.#names ??= groupBy(this.paths, (path) => fold(baseName(path)));
    const exact = (this.#names.get(fold(name)) ?? []).filter(
      (path) => baseName(path).normalize('NFC') === name.normalize('NFC'),
    );
    if (!byStem || exact.length > 0) return exact;
    this.#nameStems ??= groupBy(this.paths, (path) => stemOf(baseName(path)).normalize('NFC'));
    return this.#nameStems.get(name.normalize('NFC')) ?? [];
  }

  /** Whether an image anywhere has this file name, with or without its extension, whatever folder is written before it. */
  isNamed(written: string): boolean {
    return this.allNamed(written).length > 0;
  }

  /** Folders that hold images directly, in order of first mention. */
  get folders(): readonly DatasetPath[] {
    return [...new Set(this.paths.map(folderOf))];
  }
}

function fold(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

import { fileToOpen } from '../../core/dataset/archivePaths.ts';
import type { Dataset, DatasetPath, Pair } from '../../core/dataset/dataset.ts';
import type { UnjudgedRows } from '../../core/dataset/inventory.ts';
import { commonFolder, folderOf, toAbsolute, within } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import type { CaptionFileKind, CaptionFiles } from './captionFileKind.ts';
import { accountedFor, type CaptionTable } from './tableRows.ts';
import { missingInName, type NamedImages, namedPairs } from './namedImages.ts';
import { missingRow } from './missingRow.ts';
import type { Sidecars } from './sidecars.ts';

/** A dataset under construction; paths relative to the opened folder. */
export interface Group {
  readonly root: DatasetPath;
  readonly formats: Set<string>;
  readonly pairs: Pair[];
  /** Number of captions of each image. */
  readonly counts: Map<DatasetPath, number>;
  readonly images: Set<DatasetPath>;
  readonly problems: Problem[];
  /** Folder trees in which every image should have a caption. */
  readonly claimedTrees: Set<DatasetPath>;
  /** Folders in which every image should have a caption. */
  readonly claimedFolders: Set<DatasetPath>;
  readonly captioned: Set<DatasetPath>;
  readonly files: Map<DatasetPath, CaptionFileKind>;
  readonly unjudged: UnjudgedRows[];
}

export function groupByRoot(tables: readonly CaptionTable[]): Map<DatasetPath, Group> {
  const groups = new Map<DatasetPath, Group>();
  for (const table of tables) {
    // The decisions lie in the root, and nothing is written into an archive.
    let root = folderOf(fileToOpen(table.file));
    for (const image of table.mentioned) root = commonFolder(root, folderOf(fileToOpen(image)));
    const group = groupAt(groups, root);
    addPairs(group, table.pairs);
    group.formats.add(table.format.id);
    group.unjudged.push(...table.unjudged);
    for (const problem of table.problems) group.problems.push(problem);
    const { format, mentioned } = table;
    const accounted = accountedFor(table);
    group.files.set(table.file, {
      kind: 'table',
      format: format.id,
      mentioned,
      accounted,
      ...(table.columns && { columns: table.columns }),
    });
    for (const image of table.mentioned) {
      group.captioned.add(image);
      group.images.add(image);
    }
    if (table.format.images === 'own-folder') group.claimedTrees.add(folderOf(table.file));
    else for (const image of table.mentioned) group.claimedFolders.add(folderOf(image));
  }
  return groups;
}

/** Adds pairs; caption indices continue those of other files of the dataset. */
function addPairs(group: Group, pairs: readonly Pair[]): void {
  const offsets = new Map<DatasetPath, number>();
  for (const pair of pairs) {
    const { image } = pair;
    let offset = offsets.get(image);
    if (offset === undefined) {
      offset = group.counts.get(image) ?? 0;
      offsets.set(image, offset);
    }
    const captionIndex = pair.captionIndex + offset;
    group.pairs.push(offset === 0 ? pair : { ...pair, captionIndex });
    group.counts.set(image, Math.max(group.counts.get(image) ?? 0, captionIndex + 1));
  }
}

/** Adds captions that are names of images, as sidecars are added. */
export function addNamed(groups: Map<DatasetPath, Group>, named: NamedImages): void {
  const claiming = new Owners(groups, claimed);
  const home = (image: DatasetPath) => claiming.of(folderOf(image)) ?? groupAt(groups, '');
  for (const pair of namedPairs(named)) {
    const group = home(pair.image);
    group.pairs.push(pair);
    group.formats.add(pair.source.format);
    group.images.add(pair.image);
    group.captioned.add(pair.image);
  }
  for (const image of named.without) {
    const group = home(image);
    group.images.add(image);
    group.captioned.add(image);
    group.problems.push(missingInName(image));
  }
}

/** Adds sidecar captions to the dataset that claims the image, else to that of the opened folder. */
export function addSidecars(groups: Map<DatasetPath, Group>, sidecars: Sidecars): void {
  const claiming = new Owners(groups, claimed);
  const home = (image: DatasetPath) => claiming.of(folderOf(image)) ?? groupAt(groups, '');
  for (const image of sidecars.images) home(image).images.add(image);
  for (const [file, images] of sidecars.imagesOf) {
    home(images[0] ?? file).files.set(file, {
      kind: 'sidecar',
      format: sidecars.formatOf(file),
      images,
    });
  }
  for (const pair of sidecars.pairs) {
    const group = home(pair.image);
    group.pairs.push(pair);
    group.formats.add(pair.source.format);
    group.captioned.add(pair.image);
  }
  for (const problem of sidecars.problems) {
    const group = home(problem.image ?? problem.file);
    group.problems.push(problem);
    if (problem.image !== undefined) group.images.add(problem.image);
    for (const image of [problem.image, ...(problem.related ?? [])]) {
      // Captioned or already reported.
      if (image !== undefined) group.captioned.add(image);
    }
  }
}

/** Reports images of a table's folder that have no caption. */
export function addMissingCaptions(
  groups: ReadonlyMap<DatasetPath, Group>,
  images: readonly DatasetPath[],
): void {
  const captioned = new Set([...groups.values()].flatMap((group) => [...group.captioned]));
  const claiming = new Owners(groups, claimed);
  for (const image of images) {
    if (captioned.has(image)) continue;
    const group = claiming.of(folderOf(image));
    if (group === undefined) continue;
    group.images.add(image);
    group.problems.push(missingRow(image));
  }
}

/** Folders claimed by a group: single folders, and whole trees. */
interface Territory {
  readonly folders: Iterable<DatasetPath>;
  readonly trees: Iterable<DatasetPath>;
}

/** The claimed folders of a group. */
function claimed({ claimedFolders, claimedTrees }: Group): Territory {
  return { folders: claimedFolders, trees: claimedTrees };
}

/** Maps a folder to its group: of those that claim it, the one with the deepest root (the nearest caption file). */
export class Owners {
  readonly #folders = new Map<DatasetPath, Group>();
  readonly #trees = new Map<DatasetPath, Group>();
  readonly #known = new Map<DatasetPath, Group | undefined>();

  constructor(groups: ReadonlyMap<DatasetPath, Group>, territoryOf: (group: Group) => Territory) {
    for (const group of groups.values()) {
      const { folders, trees } = territoryOf(group);
      for (const folder of folders)
        this.#folders.set(folder, deeper(group, this.#folders.get(folder)));
      for (const tree of trees) this.#trees.set(tree, deeper(group, this.#trees.get(tree)));
    }
  }

  of(folder: DatasetPath): Group | undefined {
    if (this.#known.has(folder)) return this.#known.get(folder);
    let owner = this.#folders.get(folder);
    for (let at = folder; ; at = folderOf(at)) {
      const tree = this.#trees.get(at);
      if (tree !== undefined) owner = deeper(tree, owner);
      if (at === '') break;
    }
    this.#known.set(folder, owner);
    return owner;
  }
}

/** The group with the longer root; the second if they are equal. */
function deeper(group: Group, other: Group | undefined): Group {
  return other === undefined || group.root.length > other.root.length ? group : other;
}

export function groupAt(groups: Map<DatasetPath, Group>, root: DatasetPath): Group {
  let group = groups.get(root);
  if (group === undefined) {
    group = {
      root,
      formats: new Set(),
      pairs: [],
      counts: new Map(),
      images: new Set(),
      problems: [],
      claimedTrees: new Set(),
      claimedFolders: new Set(),
      captioned: new Set(),
      files: new Map(),
      unjudged: [],
    };
    groups.set(root, group);
  }
  return group;
}

export function toDataset(
  dir: string,
  group: Group,
  trainer: Dataset['trainer'] | undefined,
): Dataset {
  const path = (inner: DatasetPath) => within(group.root, inner);
  return {
    root: toAbsolute(dir, group.root),
    formats: [...group.formats],
    images: [...group.images].sort().map(path),
    pairs:
      group.root === ''
        ? group.pairs
        : group.pairs.map((pair) => ({
            ...pair,
            image: path(pair.image),
            source: { ...pair.source, file: path(pair.source.file) },
          })),
    problems: group.problems.map((problem) => ({
      ...problem,
      file: path(problem.file),
      ...(problem.image === undefined ? {} : { image: path(problem.image) }),
      ...(problem.related === undefined ? {} : { related: problem.related.map(path) }),
    })),
    ...(group.unjudged.length > 0 && { unjudged: group.unjudged }),
    ...(trainer !== undefined && { trainer }),
  };
}

/** The caption files of a group; paths relative to its dataset. */
export function filesOf({ root, files }: Group): CaptionFiles {
  const path = (inner: DatasetPath) => within(root, inner);
  return new Map(
    [...files].map(([file, kind]): [DatasetPath, CaptionFileKind] => [
      path(file),
      kind.kind === 'sidecar'
        ? { ...kind, images: kind.images.map(path) }
        : {
            ...kind,
            mentioned: new Set([...kind.mentioned].map(path)),
            accounted: new Set([...kind.accounted].map(path)),
          },
    ]),
  );
}

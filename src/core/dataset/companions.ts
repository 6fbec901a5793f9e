import { groupBy, pushTo } from '../collections.ts';
import type { DatasetPath } from './dataset.ts';
import { stemOf } from './fileKinds.ts';
import { baseName, commonFolder, folderOf } from './paths.ts';
import { splitFromFolders } from './split.ts';

/*
 * Companions are images that belong to a captioned image and have no own caption: control and conditioning images, masks,
 * edit sources, depth and edge maps, and the images of regularisation folders. They are detected like in trainers: by the
 * same file name in another folder (`control_directory` of musubi-tuner, `control_path` of ai-toolkit,
 * `conditioning_data_dir` of sd-scripts, mask folders of SimpleTuner), or by a suffix of the name in the same folder
 * (OneTrainer's `-masklabel`). See docs/formats.md, "Companions".
 */

/** Companions in one folder, or with one suffix. */
export interface CompanionGroup {
  readonly companions: readonly DatasetPath[];
  /** The image that each belongs to, if it was found. */
  readonly partnerOf: ReadonlyMap<DatasetPath, DatasetPath>;
  /** The folder of these images; undefined for regularisation images. */
  readonly partners: DatasetPath | undefined;
  /** Evidence: matching names only, or also a typical name of the folder or suffix. */
  readonly evidence: 'names' | 'named';
  /** Captioned images in `partners` without a companion, if nearly all have one. */
  readonly bare: readonly DatasetPath[];
}

/** Typical words in names of companion folders and suffixes, with or without a number. */
const COMPANION_WORDS = new Set([
  ...['mask', 'masks', 'masklabel', 'condlabel', 'matte', 'mattes', 'seg', 'segmentation'],
  ...['control', 'controls', 'controlnet', 'cond', 'conds', 'condition', 'conditions'],
  ...['conditioning', 'hint', 'hints', 'source', 'sources', 'src', 'input', 'inputs', 'before'],
  ...[
    'original',
    'originals',
    'reference',
    'references',
    'ref',
    'refs',
    'depth',
    'depths',
    'depthmap',
  ],
  ...['canny', 'edge', 'edges', 'hed', 'pidinet', 'softedge', 'lineart', 'scribble', 'sketch'],
  ...['sketches', 'normal', 'normals', 'normalmap', 'pose', 'poses', 'openpose', 'densepose'],
  ...['mlsd', 'tile', 'blur', 'lowres', 'lr', 'inpaint'],
]);

/** kohya's `reg`, diffusers' `class_images`. */
const REGULARISATION =
  /^(?:regs?|regulari[sz]ation)(?:[-_ ]?(?:images?|imgs?|data|dataset|sets?|dir|folder))?$|^class[-_ ](?:images?|imgs?|data|dir)$/i;

/** Smallest share of matching names: with a typical word, without one, and for names that are only counters. */
const HALF = 0.5;
const NEARLY_ALL = 0.8;
const ALL_BUT_ONE_IN_TWENTY = 0.95;
/** Without a typical word, fewer matching names may be a coincidence. */
const LEAST_NAMES = 2;
/** Limits for many folders with similar names, and for names with many parts. */
const MOST_FOLDERS = 100;
const MOST_PARTS = 4;
const MOST_RESTS = 100;
/** Separators of a suffix or prefix in a file name. */
const SEPARATED = /[-_. ]+/g;
/** A name that is only a counter: `0001`, `IMG_0042`, `frame-7`. */
const COUNTER = /^[a-z]{0,8}[-_ ]?\d+$/i;

/**
 * Finds the companions among the images of a folder tree.
 * @param images all images
 * @param captioned images with a caption in a sidecar or table
 * @param named companions named by rows of caption files
 */
export function companionGroups(
  images: readonly DatasetPath[],
  captioned: ReadonlySet<DatasetPath>,
  named: ReadonlySet<DatasetPath>,
): CompanionGroup[] {
  const folders = new Map(
    [...groupBy(images, folderOf)].map(([path, all]) => [
      path,
      folderWith(path, all, captioned, named),
    ]),
  );
  const withCaptions = [...folders.values()].filter((folder) => folder.captioned.length > 0);
  const found: CompanionGroup[] = [];
  let index: NameIndex | undefined;
  for (const folder of folders.values()) {
    if (folder.bare.length === 0) continue;
    const groups =
      folder.captioned.length > 0
        ? besideCaptioned(folder)
        : [regularisation(folder) ?? mirrored(folder, (index ??= new NameIndex(withCaptions)))];
    for (const group of groups) if (group !== undefined) found.push(group);
  }
  return found;
}

interface ImageFolder {
  readonly path: DatasetPath;
  readonly images: readonly DatasetPath[];
  readonly captioned: readonly DatasetPath[];
  /** Neither captioned nor known as companions. */
  readonly bare: readonly DatasetPath[];
}

function folderWith(
  path: DatasetPath,
  images: readonly DatasetPath[],
  captioned: ReadonlySet<DatasetPath>,
  named: ReadonlySet<DatasetPath>,
): ImageFolder {
  return {
    path,
    images,
    captioned: images.filter((image) => captioned.has(image)),
    bare: images.filter((image) => !captioned.has(image) && !named.has(image)),
  };
}

/** Regularisation images of kohya and diffusers, which need no captions. */
function regularisation({ path, bare }: ImageFolder): CompanionGroup | undefined {
  if (!path.split('/').some((part) => REGULARISATION.test(part))) return undefined;
  return {
    companions: bare,
    partnerOf: new Map(),
    partners: undefined,
    evidence: 'named',
    bare: [],
  };
}

/** An image whose name is split into the part shared with its partner, and the rest. */
interface CutName {
  readonly image: DatasetPath;
  readonly core: string;
  readonly rest: string;
}

type Cut = (name: string) => readonly (readonly [core: string, rest: string])[];

/** Splits of a companion's name in its own folder: equal to that of its image, with a suffix, with a prefix. */
const CUTS: readonly Cut[] = [
  (name) => [[name, '']],
  (name) => endingsOf(name).slice(-1),
  (name) => beginningsOf(name).slice(0, 1),
];

/** A folder without captions that has the names of a captioned folder. */
function mirrored(folder: ImageFolder, index: NameIndex): CompanionGroup | undefined {
  let best: CompanionGroup | undefined;
  for (const cut of CUTS) {
    const group = mirroredBy(folder, index, cut);
    if (group !== undefined && group.partnerOf.size > (best?.partnerOf.size ?? 0)) best = group;
  }
  return best;
}

function mirroredBy(
  { path, bare }: ImageFolder,
  index: NameIndex,
  cut: Cut,
): CompanionGroup | undefined {
  const names = bare.flatMap((image) =>
    cut(nameOf(image)).map(([core, rest]): CutName => ({ image, core, rest })),
  );
  // `x_mask.png`: the same suffix for all, or numbers (musubi-tuner's `x_0.png`, `x_1.png`).
  const rests = new Set(names.map(({ rest }) => rest));
  if (rests.size > 1 && ![...rests].every(isNumber)) return undefined;
  const partners = index.bestFor(path, names);
  if (partners === undefined) return undefined;
  const partnerOf = new Map<DatasetPath, DatasetPath>();
  for (const { image, core } of names) {
    const partner = partners.ofName.get(core);
    if (partner !== undefined) partnerOf.set(image, partner);
  }
  const served = new Set(partnerOf.values());
  const { folder } = partners;
  const ownPath = path.slice(commonFolder(path, folder.path).length);
  const telling = tellsCompanion(ownPath) || [...rests].some(tellsCompanion);
  const onlyCounters = !telling && bare.every((image) => COUNTER.test(nameOf(image)));
  const share = telling ? HALF : onlyCounters ? ALL_BUT_ONE_IN_TWENTY : NEARLY_ALL;
  if (partnerOf.size < share * bare.length) return undefined;
  if (!telling && served.size < LEAST_NAMES) return undefined;
  // Two batches of photos may both begin at 0001, but usually have different last numbers.
  if (onlyCounters && served.size < share * folder.images.length) return undefined;
  // Where every folder counts from 0001, that names agree says nothing.
  if (onlyCounters && !partners.isOnly) return undefined;
  return {
    companions: bare,
    partnerOf,
    partners: folder.path,
    evidence: telling ? 'named' : 'names',
    bare: lacking(folder.captioned, served),
  };
}

/** Images without a companion, if nearly all have one. */
function lacking(
  captioned: readonly DatasetPath[],
  served: ReadonlySet<DatasetPath>,
): DatasetPath[] {
  const without = captioned.filter((image) => !served.has(image));
  return captioned.length - without.length >= NEARLY_ALL * captioned.length ? without : [];
}

/** Companions in a captioned folder: images with a suffix (or prefix) that no captioned image has. */
function besideCaptioned(folder: ImageFolder): CompanionGroup[] {
  const found: CompanionGroup[] = [];
  const taken = new Set<DatasetPath>();
  for (const cut of [endingsOf, beginningsOf]) {
    const byRest = new Map<string, CutName[]>();
    for (const image of folder.bare) {
      for (const [core, rest] of cut(nameOf(image))) {
        // `photo_2` beside `photo_1` is the next photo.
        if (!isNumber(rest)) pushTo(byRest, rest, { image, core, rest });
      }
    }
    // Most rests occur in one name only.
    for (const [rest, { length }] of byRest) {
      if (length < LEAST_NAMES && !tellsCompanion(rest)) byRest.delete(rest);
    }
    if (byRest.size === 0) continue;
    const captioned = new CaptionedNames(folder.captioned, cut, byRest);
    const mostFirst = [...byRest].sort(([, a], [, b]) => b.length - a.length);
    for (const [rest, all] of mostFirst) {
      if (captioned.hasRest(rest)) continue;
      const members = all.filter(({ image }) => !taken.has(image));
      const group = endingGroup(folder, rest, members, captioned);
      if (group === undefined) continue;
      found.push(group);
      for (const image of group.companions) taken.add(image);
    }
  }
  return found;
}

function endingGroup(
  folder: ImageFolder,
  rest: string,
  members: readonly CutName[],
  captioned: CaptionedNames,
): CompanionGroup | undefined {
  const telling = tellsCompanion(rest);
  const share = telling ? HALF : NEARLY_ALL;
  const partnerRest = captioned.bestFor(members, share);
  if (partnerRest === undefined) return undefined;
  const ofCore = captioned.withRest(partnerRest);
  const partnerOf = new Map<DatasetPath, DatasetPath>();
  for (const { image, core } of members) {
    const partner = ofCore.get(core);
    if (partner !== undefined) partnerOf.set(image, partner);
  }
  const served = new Set(partnerOf.values());
  const all = [...ofCore.values()];
  if (!telling && (served.size < LEAST_NAMES || served.size < HALF * all.length)) return undefined;
  return {
    companions: members.map(({ image }) => image),
    partnerOf,
    partners: folder.path,
    evidence: telling ? 'named' : 'names',
    bare: served.size < LEAST_NAMES ? [] : lacking(all, served),
  };
}

/** Captioned images of a folder by the two parts of their names, limited to the parts of some other names. */
class CaptionedNames {
  readonly #captioned: readonly DatasetPath[];
  readonly #cut: Cut;
  /** For each core of the other names, the rests of captioned images with it. */
  readonly #restsOf = new Map<string, string[]>();
  readonly #rests = new Set<string>();

  constructor(
    captioned: readonly DatasetPath[],
    cut: Cut,
    others: ReadonlyMap<string, readonly CutName[]>,
  ) {
    this.#captioned = captioned;
    this.#cut = cut;
    const cores = new Set([...others.values()].flat().map(({ core }) => core));
    for (const image of captioned) {
      for (const [core, rest] of this.#partsOf(image)) {
        if (others.has(rest)) this.#rests.add(rest);
        if (cores.has(core) && !isNumber(rest)) pushTo(this.#restsOf, core, rest);
      }
    }
  }

  #partsOf(image: DatasetPath): (readonly [core: string, rest: string])[] {
    const name = nameOf(image);
    return [[name, ''], ...this.#cut(name)];
  }

  hasRest(rest: string): boolean {
    return this.#rests.has(rest);
  }

  /** The rest that goes with most of the names, at least with a share of them: `_dataset` with `_control`, none with `_mask`. */
  bestFor(names: readonly CutName[], share: number): string | undefined {
    const votes = new Map<string, number>();
    for (const { core } of names) {
      for (const rest of this.#restsOf.get(core)?.slice(0, MOST_RESTS) ?? []) {
        votes.set(rest, (votes.get(rest) ?? 0) + 1);
      }
    }
    const [best] = [...votes].sort(([, m], [, n]) => n - m);
    return best === undefined || best[1] < share * names.length ? undefined : best[0];
  }

  /** By core, the captioned images with a rest. */
  withRest(wanted: string): ReadonlyMap<string, DatasetPath> {
    const ofCore = new Map<string, DatasetPath>();
    for (const image of this.#captioned) {
      for (const [core, rest] of this.#partsOf(image)) {
        if (rest === wanted) ofCore.set(core, image);
      }
    }
    return ofCore;
  }
}

interface NamedFolder {
  readonly folder: ImageFolder;
  /** Its images by name, also without a common suffix (`x_dataset`). */
  readonly ofName: ReadonlyMap<string, DatasetPath>;
}

/** Captioned folders by image name. */
class NameIndex {
  readonly #folders = new Map<string, NamedFolder[]>();

  constructor(folders: readonly ImageFolder[]) {
    for (const folder of folders) {
      const named = { folder, ofName: namesOf(folder) };
      for (const name of named.ofName.keys()) pushTo(this.#folders, name, named);
    }
  }

  /** The folder with most of the names; of several the nearest. */
  bestFor(
    path: DatasetPath,
    names: readonly CutName[],
  ): (NamedFolder & { readonly isOnly: boolean }) | undefined {
    const votes = new Map<NamedFolder, number>();
    for (const { core } of names) {
      for (const named of this.#folders.get(core)?.slice(0, MOST_FOLDERS) ?? []) {
        votes.set(named, (votes.get(named) ?? 0) + 1);
      }
    }
    const [best, second] = [...votes]
      .filter(([named]) => !isOtherSplit(path, named.folder.path))
      .sort(
        ([a, m], [b, n]) => n - m || distance(path, a.folder.path) - distance(path, b.folder.path),
      );
    return best && { ...best[0], isOnly: second?.[1] !== best[1] };
  }
}

function namesOf({ images }: ImageFolder): Map<string, DatasetPath> {
  const names = new Map(images.map((image) => [nameOf(image), image]));
  const cut = [...names].map(([name, image]) => ({ image, parts: endingsOf(name).at(-1) }));
  const [rest, ...others] = new Set(cut.map(({ parts }) => parts?.[1]));
  if (rest === undefined || others.length > 0 || isNumber(rest)) return names;
  for (const { image, parts } of cut) if (parts !== undefined) names.set(parts[0], image);
  return names;
}

/** File name without folder and extension, for comparison. */
function nameOf(image: DatasetPath): string {
  return stemOf(baseName(image)).normalize('NFC').toLowerCase();
}

/** `a_b_c` as [`a`, `_b_c`] and [`a_b`, `_c`]. */
function endingsOf(name: string): (readonly [core: string, rest: string])[] {
  return separatorsOf(name).map(({ start }) => [name.slice(0, start), name.slice(start)]);
}

/** `a_b_c` as [`b_c`, `a_`] and [`c`, `a_b_`]. */
function beginningsOf(name: string): (readonly [core: string, rest: string])[] {
  return separatorsOf(name).map(({ end }) => [name.slice(end), name.slice(0, end)]);
}

/** Separators within a name, without its first and last characters. */
function separatorsOf(name: string): { readonly start: number; readonly end: number }[] {
  return [...name.matchAll(SEPARATED)]
    .map(({ index, 0: mark }) => ({ start: index, end: index + mark.length }))
    .filter(({ start, end }) => start > 0 && end < name.length)
    .slice(-MOST_PARTS);
}

function isNumber(rest: string): boolean {
  return /^[-_. ]+\d+$|^\d+[-_. ]+$/.test(rest);
}

/** Whether a folder is called after companions, or after regularisation images. */
export function isCompanionFolder(folder: DatasetPath): boolean {
  return (
    tellsCompanion(baseName(folder)) || folder.split('/').some((part) => REGULARISATION.test(part))
  );
}

/** Whether the name of a folder or suffix is typical of companions: `control1`, `conditioning_images`, `_mask`. */
export function tellsCompanion(text: string): boolean {
  return text
    .toLowerCase()
    .split(/[^a-z]+/)
    .some((word) => COMPANION_WORDS.has(word));
}

/** Folders of different splits may have the same counters. */
function isOtherSplit(a: DatasetPath, b: DatasetPath): boolean {
  const [left, right] = [splitFromFolders(a), splitFromFolders(b)];
  return left !== undefined && right !== undefined && left !== right;
}

/** Path distance of two folders. */
function distance(a: DatasetPath, b: DatasetPath): number {
  const shared = commonFolder(a, b);
  const depth = (path: DatasetPath): number => (path === '' ? 0 : path.split('/').length);
  return depth(a) + depth(b) - 2 * depth(shared);
}

import { groupBy, pushTo } from '../collections.ts';
import type { DatasetPath } from './dataset.ts';
import { stemOf } from './fileKinds.ts';
import { baseName, commonFolder, folderOf } from './paths.ts';
import { splitFromFolders } from './split.ts';

/*
 * Companions are pictures that belong to a captioned one and have no caption of their own: control and conditioning
 * images, masks, edit sources, depth and edge maps, and the pictures of regularisation folders. They are told by how
 * they lie to the captioned ones, as trainers find them: by the same file name in another folder (`control_directory`
 * of musubi-tuner, `control_path` of ai-toolkit, `conditioning_data_dir` of sd-scripts, mask folders of SimpleTuner),
 * or by another ending of the name in the same folder (OneTrainer's `-masklabel`). docs/formats.md, "Companions".
 */

/** Pictures of one folder, or of one ending, that belong to captioned ones. */
export interface CompanionGroup {
  readonly companions: readonly DatasetPath[];
  /** For those that have it, the picture they belong to. */
  readonly partnerOf: ReadonlyMap<DatasetPath, DatasetPath>;
  /** The folder of the pictures they belong to; undefined for regularisation pictures, which belong to none. */
  readonly partners: DatasetPath | undefined;
  /** What tells that they are companions: their names alone, or also the name of the folder or the ending. */
  readonly evidence: 'names' | 'named';
  /** Captioned pictures among `partners` that should have a companion, as nearly all do, and have none. */
  readonly bare: readonly DatasetPath[];
}

/** Words that trainers and their guides use for folders and endings of companions, with or without a number. */
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

/** Shares of names that have to agree: where a word tells what they are, where none does, where the names are counters. */
const HALF = 0.5;
const NEARLY_ALL = 0.8;
const ALL_BUT_ONE_IN_TWENTY = 0.95;
/** Without a telling word, one or two names that agree may be chance. */
const LEAST_NAMES = 2;
/** Bounds, so that many folders of like names, and names of many parts, cost little. */
const MOST_FOLDERS = 100;
const MOST_PARTS = 4;
/** Separators of a file name at which an ending or a beginning may be set off. */
const SEPARATED = /[-_. ]+/g;
/** A name that says no more than a place in a row: `0001`, `IMG_0042`, `frame-7`. */
const COUNTER = /^[a-z]{0,8}[-_ ]?\d+$/i;

/**
 * The companions among the pictures of a folder tree.
 * @param images every picture
 * @param captioned those with a caption, in a file beside them or in a caption file
 * @param named those that a row of a caption file names beside its image: companions already
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
  const index = new NameIndex(withCaptions);
  for (const folder of folders.values()) {
    if (folder.bare.length === 0) continue;
    const groups =
      folder.captioned.length > 0
        ? besideCaptioned(folder)
        : [regularisation(folder) ?? mirrored(folder, index)];
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

/** Pictures of a class in general that kohya and diffusers train beside the subject; they need no captions. */
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

/** A picture with its name cut in two: what it shares with its partner, and the rest. */
interface CutName {
  readonly image: DatasetPath;
  readonly core: string;
  readonly rest: string;
}

type Cut = (name: string) => readonly (readonly [core: string, rest: string])[];

/** Ways in which the name of a companion in a folder of its own may differ from that of its picture: not at all, by its ending, by its beginning. */
const CUTS: readonly Cut[] = [
  (name) => [[name, '']],
  (name) => endingsOf(name).slice(-1),
  (name) => beginningsOf(name).slice(0, 1),
];

/** A folder without captions whose names are those of a captioned one. */
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
  // `x_mask.png`: the same ending for all of them, or numbers (musubi-tuner's `x_0.png`, `x_1.png`).
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
  // Two batches of photos may both begin at 0001; that they end at one number too is no chance.
  if (onlyCounters && served.size < share * folder.images.length) return undefined;
  return {
    companions: bare,
    partnerOf,
    partners: folder.path,
    evidence: telling ? 'named' : 'names',
    bare: lacking(folder.captioned, served),
  };
}

/** Those without a companion, where nearly all have one. */
function lacking(
  captioned: readonly DatasetPath[],
  served: ReadonlySet<DatasetPath>,
): DatasetPath[] {
  const without = captioned.filter((image) => !served.has(image));
  return captioned.length - without.length >= NEARLY_ALL * captioned.length ? without : [];
}

/** In a folder with captions: pictures of one ending (or beginning) that is never captioned, beside captioned ones. */
function besideCaptioned(folder: ImageFolder): CompanionGroup[] {
  const found: CompanionGroup[] = [];
  const taken = new Set<DatasetPath>();
  for (const cut of [endingsOf, beginningsOf]) {
    const captioned = new CaptionedNames(folder.captioned, cut);
    const byRest = new Map<string, CutName[]>();
    for (const image of folder.bare) {
      for (const [core, rest] of cut(nameOf(image))) {
        // `photo_2` beside `photo_1` is the next photo.
        if (!captioned.hasRest(rest) && !isNumber(rest))
          pushTo(byRest, rest, { image, core, rest });
      }
    }
    const mostFirst = [...byRest].sort(([, a], [, b]) => b.length - a.length);
    for (const [rest, all] of mostFirst) {
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
  const partners = captioned.bestFor(members);
  if (partners === undefined) return undefined;
  const partnerOf = new Map<DatasetPath, DatasetPath>();
  for (const { image, core } of members) {
    const partner = partners.ofCore.get(core);
    if (partner !== undefined) partnerOf.set(image, partner);
  }
  const served = new Set(partnerOf.values());
  const telling = tellsCompanion(rest);
  if (partnerOf.size < (telling ? HALF : NEARLY_ALL) * members.length) return undefined;
  const all = [...partners.ofCore.values()];
  if (!telling && (served.size < LEAST_NAMES || served.size < HALF * all.length)) return undefined;
  return {
    companions: members.map(({ image }) => image),
    partnerOf,
    partners: folder.path,
    evidence: telling ? 'named' : 'names',
    bare: served.size < LEAST_NAMES ? [] : lacking(all, served),
  };
}

/** The captioned pictures of a folder by the two parts of their names. */
class CaptionedNames {
  /** For each rest, empty included, the pictures by their cores. */
  readonly #byRest = new Map<string, Map<string, DatasetPath>>();

  constructor(captioned: readonly DatasetPath[], cut: Cut) {
    for (const image of captioned) {
      const name = nameOf(image);
      for (const [core, rest] of [[name, ''] as const, ...cut(name)]) {
        const ofCore = this.#byRest.get(rest) ?? new Map<string, DatasetPath>();
        this.#byRest.set(rest, ofCore.set(core, image));
      }
    }
  }

  hasRest(rest: string): boolean {
    return this.#byRest.has(rest);
  }

  /** Those of the one rest that goes with most of the names: `x_dataset` with `x_control`, `x` with `x_mask`. */
  bestFor(
    names: readonly CutName[],
  ): { readonly ofCore: ReadonlyMap<string, DatasetPath> } | undefined {
    let best: ReadonlyMap<string, DatasetPath> | undefined;
    let most = 0;
    for (const [rest, ofCore] of this.#byRest) {
      if (isNumber(rest)) continue;
      const matched = names.filter(({ core }) => ofCore.has(core)).length;
      if (matched > most) [best, most] = [ofCore, matched];
    }
    return best && { ofCore: best };
  }
}

interface NamedFolder {
  readonly folder: ImageFolder;
  /** Its pictures by name; without the ending too, where all have the same (`x_dataset`). */
  readonly ofName: ReadonlyMap<string, DatasetPath>;
}

/** Captioned folders by the names of their pictures. */
class NameIndex {
  readonly #folders = new Map<string, NamedFolder[]>();

  constructor(folders: readonly ImageFolder[]) {
    for (const folder of folders) {
      const named = { folder, ofName: namesOf(folder) };
      for (const name of named.ofName.keys()) pushTo(this.#folders, name, named);
    }
  }

  /** The folder that has most of the names, of several the nearest. */
  bestFor(path: DatasetPath, names: readonly CutName[]): NamedFolder | undefined {
    const votes = new Map<NamedFolder, number>();
    for (const { core } of names) {
      for (const named of this.#folders.get(core)?.slice(0, MOST_FOLDERS) ?? []) {
        votes.set(named, (votes.get(named) ?? 0) + 1);
      }
    }
    const [best] = [...votes]
      .filter(([named]) => !isOtherSplit(path, named.folder.path))
      .sort(
        ([a, m], [b, n]) => n - m || distance(path, a.folder.path) - distance(path, b.folder.path),
      );
    return best?.[0];
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

/** The file's name without folder and extension, for comparing. */
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

/** Where the parts of a name are set off, its first and last characters left out. */
function separatorsOf(name: string): { readonly start: number; readonly end: number }[] {
  return [...name.matchAll(SEPARATED)]
    .map(({ index, 0: mark }) => ({ start: index, end: index + mark.length }))
    .filter(({ start, end }) => start > 0 && end < name.length)
    .slice(-MOST_PARTS);
}

function isNumber(rest: string): boolean {
  return /^[-_. ]+\d+$|^\d+[-_. ]+$/.test(rest);
}

/** Whether a folder or an ending is named after a kind of companion: `control1`, `conditioning_images`, `_mask`. */
export function tellsCompanion(text: string): boolean {
  return text
    .toLowerCase()
    .split(/[^a-z]+/)
    .some((word) => COMPANION_WORDS.has(word));
}

/** Folders named `train` and `val` may number their pictures alike. */
function isOtherSplit(a: DatasetPath, b: DatasetPath): boolean {
  const [left, right] = [splitFromFolders(a), splitFromFolders(b)];
  return left !== undefined && right !== undefined && left !== right;
}

/** How many folders lie between two. */
function distance(a: DatasetPath, b: DatasetPath): number {
  const shared = commonFolder(a, b);
  const depth = (path: DatasetPath): number => (path === '' ? 0 : path.split('/').length);
  return depth(a) + depth(b) - 2 * depth(shared);
}

import pMap from 'p-map';
import { throwIfCancelled, type CancelSignal } from '../../core/cancellation.ts';
import { pushTo } from '../../core/collections.ts';
import { sampleKey } from '../../core/dataset/archivePaths.ts';
import type { DatasetPath, Pair } from '../../core/dataset/dataset.ts';
import { groupBy } from '../../core/collections.ts';
import { companionGroups, type CompanionGroup } from '../../core/dataset/companions.ts';
import { extensionOf, stemOf } from '../../core/dataset/fileKinds.ts';
import { SIDECAR_BYTES } from '../../core/dataset/fileLimits.ts';
import { folderOf, toAbsolute } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { PairLensError } from '../../core/errors.ts';
import {
  guessCaptionsPerFile,
  sidecar,
  sidecarLines,
  type CaptionsPerFile,
} from '../../core/formats/sidecar.ts';
import { SIDECAR_EXTENSIONS, structuredSidecar } from '../../core/formats/captionFiles.ts';
import { isProse, orphansApart } from './orphansApart.ts';
import { SidecarPlaces } from './sidecarPlaces.ts';
import type { OtherSidecars } from './otherSidecars.ts';
import type { FileSystem, Log } from '../../core/ports.ts';
import { decodeText } from '../../core/text/decodeText.ts';
import type { FileEncoding } from '../../core/text/textEncoding.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { UnlistedReason } from './listFiles.ts';
import {
  closedSidecar,
  differentCase,
  missingSidecar,
  missingSidecars,
  secondSidecars,
  sharedSidecar,
  wrongEncoding,
} from './sidecarProblems.ts';
import { sidecarPairs } from './sidecarPairs.ts';
import { unreadableFile } from './errorWords.ts';

/** Captions in sidecar files. Paths relative to the opened folder. */
export interface Sidecars {
  readonly pairs: readonly Pair[];
  readonly problems: readonly Problem[];
  /** Folders with a captioned image. */
  readonly folders: ReadonlySet<DatasetPath>;
  /** Images in or near a folder with a captioned image. */
  readonly images: readonly DatasetPath[];
  /** Each sidecar with its images: more than one where `01.png` and `01.jpg` share `01.txt`. */
  readonly imagesOf: ReadonlyMap<DatasetPath, readonly DatasetPath[]>;
  readonly encodings: ReadonlyMap<DatasetPath, FileEncoding>;
  /** How the files were split into captions. */
  readonly captionsPerFile: CaptionsPerFile;
  /** Companions, which need no caption. */
  readonly companions: readonly CompanionGroup[];
  /** Format ID of a sidecar. */
  formatOf(file: DatasetPath): string;
}

const READ_AT_ONCE = 16;

/** The extension of the text that is read where an image has several. */
export interface FirstExtension {
  /** In lower case, without the dot. */
  readonly extension: string;
  /** The trainer that reads it, unless the user named it. */
  readonly trainer?: string;
}

/** Text files matched to images by name. */
interface SidecarMatch {
  /** Each captioned image with its sidecar. */
  readonly sidecarOf: ReadonlyMap<DatasetPath, DatasetPath>;
  /** Each sidecar with its images: more than one where `01.png` and `01.jpg` share `01.txt`. */
  readonly imagesOf: ReadonlyMap<DatasetPath, readonly DatasetPath[]>;
  readonly problems: readonly Problem[];
}

export async function readSidecars(
  files: FileSystem,
  dir: string,
  images: readonly DatasetPath[],
  texts: readonly DatasetPath[],
  options: {
    readonly captionsPerFile?: CaptionsPerFile;
    readonly first?: FirstExtension;
    readonly signal?: CancelSignal;
    /** For bugs of a reader. */
    readonly log?: Log;
    readonly onRead?: (done: number, total: number) => void;
    /** Images captioned by tables: neither they nor their sidecars are reported. */
    readonly captioned: ReadonlySet<DatasetPath>;
    /** Companions named by rows of tables. */
    readonly companions: ReadonlySet<DatasetPath>;
    readonly videos: readonly DatasetPath[];
    /** Captions of images without a .txt or .caption. */
    readonly others: OtherSidecars;
    /** Images that an unread file may caption: not reported as uncaptioned. */
    readonly mayBeCaptioned?: ReadonlySet<DatasetPath>;
    /** Files that cannot be opened. */
    readonly unlisted: ReadonlyMap<DatasetPath, UnlistedReason>;
  },
): Promise<Sidecars> {
  const { others } = options;
  const match = await matchByName(files, dir, images, texts, options);
  const contents = await readTexts(files, dir, match.imagesOf, options);
  const mode = options.captionsPerFile ?? guessCaptionsPerFile(plainTexts(contents.texts));
  const problems: Problem[] = [...match.problems, ...contents.problems];
  const pairs: Pair[] = [];
  for (const [image, file] of match.sidecarOf) {
    const text = contents.texts.get(file);
    if (text === undefined) continue;
    const found = sidecarPairs(file, image, text, mode);
    if (found.problem !== undefined) problems.push(found.problem);
    for (const pair of found.pairs) pairs.push(pair);
  }
  const folders = new Set([...match.sidecarOf.keys()].map(folderOf));
  const captioned = new Set([...options.captioned, ...match.sidecarOf.keys()]);
  // Images that an unread file may caption are not companions.
  const known = images.filter((image) => options.mayBeCaptioned?.has(image) !== true);
  const companions = companionGroups(known, captioned, options.companions);
  const accompanying = new Set([
    ...options.companions,
    ...companions.flatMap((group) => group.companions),
  ]);
  const uncaptioned = known.filter((image) => !captioned.has(image) && !accompanying.has(image));
  const reported = new Set(problems.map((problem) => problem.image));
  const lone = uncaptioned.filter((image) => folders.has(folderOf(image)));
  const places = new SidecarPlaces(match.sidecarOf);
  for (const image of lone) {
    if (!reported.has(image)) problems.push(missingSidecar(image, places.of(image)));
  }
  const neighbours = uncaptionedFolders(
    uncaptioned.filter((image) => !reported.has(image)),
    folders,
  );
  for (const images of neighbours) problems.push(missingSidecars(images));
  const there = [...images, ...options.unlisted.keys(), ...options.videos];
  const alike = [...texts, ...others.alike];
  for (const problem of orphans(alike, match, folders, there)) problems.push(problem);
  for (const problem of orphansApart(alike, match, others.folders)) problems.push(problem);
  return {
    pairs,
    problems,
    folders,
    images: [...match.sidecarOf.keys(), ...lone, ...neighbours.flat()],
    imagesOf: match.imagesOf,
    encodings: contents.encodings,
    captionsPerFile: mode,
    companions,
    formatOf: (file) =>
      structuredSidecar(file)?.id ?? (mode === 'whole' ? sidecar.id : sidecarLines.id),
  };
}

/** The contents of plain text sidecars. */
function plainTexts(texts: ReadonlyMap<DatasetPath, string>): string[] {
  return [...texts].flatMap(([file, text]) => (structuredSidecar(file) === undefined ? text : []));
}

async function matchByName(
  files: FileSystem,
  dir: string,
  images: readonly DatasetPath[],
  texts: readonly DatasetPath[],
  {
    captioned,
    first,
    unlisted,
    others,
  }: {
    readonly first?: FirstExtension;
    readonly captioned: ReadonlySet<DatasetPath>;
    readonly others: OtherSidecars;
    readonly unlisted: ReadonlyMap<DatasetPath, UnlistedReason>;
  },
): Promise<SidecarMatch> {
  const byKey = groupBy(texts, (text) => sampleKey(text).normalize('NFC'));
  const byFoldedKey = groupBy(texts, (text) => sampleKey(text).normalize('NFC').toLowerCase());
  const sidecarOf = new Map<DatasetPath, DatasetPath>();
  const imagesOf = new Map<DatasetPath, DatasetPath[]>();
  const problems: Problem[] = [];
  const unread: DatasetPath[] = [];
  const order = [
    ...(first === undefined ? [] : [first.extension]),
    ...SIDECAR_EXTENSIONS.filter((extension) => extension !== first?.extension),
  ];
  const rank = (text: DatasetPath) => order.indexOf(extensionOf(text));
  for (const image of images) {
    if (captioned.has(image)) continue;
    // `photo.txt`, or hydrus' `photo.jpg.txt`.
    const found = [sampleKey(image), image].flatMap((key) => byKey.get(key.normalize('NFC')) ?? []);
    const other = found.length === 0 ? others.of.get(image) : undefined;
    if (other !== undefined) found.push(other);
    if (found.length === 0) {
      const closed = closedSidecar(image, unlisted);
      if (closed !== undefined) {
        problems.push(closed);
        continue;
      }
      const [near] = byFoldedKey.get(sampleKey(image).normalize('NFC').toLowerCase()) ?? [];
      if (near === undefined) continue;
      const asTheTrainerLooks = `${stemOf(image)}${near.slice(stemOf(near).length)}`;
      if (await files.exists(toAbsolute(dir, asTheTrainerLooks))) found.push(near);
      else problems.push(differentCase(image, near));
    }
    const [read, ...second] = found.sort((a, b) => rank(a) - rank(b));
    if (read === undefined) continue;
    unread.push(...second);
    sidecarOf.set(image, read);
    pushTo(imagesOf, read, image);
  }
  for (const [file, sharing] of imagesOf) {
    if (sharing.length > 1) problems.push(sharedSidecar(file, sharing));
  }
  if (unread.length > 0) problems.push(secondSidecars(unread, order, first?.trainer));
  return { sidecarOf, imagesOf, problems };
}

async function readTexts(
  files: FileSystem,
  dir: string,
  imagesOf: SidecarMatch['imagesOf'],
  options: {
    readonly signal?: CancelSignal;
    /** For bugs of a reader. */
    readonly log?: Log;
    readonly onRead?: (done: number, total: number) => void;
  },
): Promise<{
  texts: Map<DatasetPath, string>;
  encodings: Map<DatasetPath, FileEncoding>;
  problems: Problem[];
}> {
  const texts = new Map<DatasetPath, string>();
  const encodings = new Map<DatasetPath, FileEncoding>();
  const problems: Problem[] = [];
  let done = 0;
  await pMap(
    imagesOf,
    async ([file, [image]]) => {
      const known = image === undefined ? {} : { image };
      throwIfCancelled(options.signal);
      try {
        const decoded = decodeText(
          await files.read(toAbsolute(dir, file), { maxBytes: SIDECAR_BYTES }),
        );
        if ('text' in decoded) {
          texts.set(file, decoded.text);
          encodings.set(file, { encoding: decoded.encoding, bom: decoded.bom });
        } else problems.push({ ...wrongEncoding(file, decoded), ...known });
      } catch (error) {
        if (PairLensError.is(error, 'cancelled')) throw error;
        problems.push({ ...unreadableFile(file, error, options.log), ...known });
      }
      options.onRead?.(++done, imagesOf.size);
    },
    { concurrency: READ_AT_ONCE },
  );
  problems.sort((a, b) => (a.file < b.file ? -1 : 1));
  return { texts, encodings, problems };
}

/**
 * Images of folders without captions that are siblings or children of a captioned folder: probably a part
 * of the dataset whose captions were forgotten; one group per folder.
 */
function uncaptionedFolders(
  uncaptioned: readonly DatasetPath[],
  captionedFolders: ReadonlySet<DatasetPath>,
): DatasetPath[][] {
  const parents = new Set([...captionedFolders].filter((folder) => folder !== '').map(folderOf));
  const near = uncaptioned.filter((image) => {
    const folder = folderOf(image);
    if (folder === '' || captionedFolders.has(folder)) return false;
    return captionedFolders.has(folderOf(folder)) || parents.has(folderOf(folder));
  });
  return [...groupBy(near, folderOf).values()];
}

/** Captions without an image, in folders where captions have this extension. */
function orphans(
  texts: readonly DatasetPath[],
  match: SidecarMatch,
  folders: ReadonlySet<DatasetPath>,
  images: readonly DatasetPath[],
): Problem[] {
  const customs = new Set(
    [...match.imagesOf.keys()].map((file) => `${folderOf(file)}/${extensionOf(file)}`),
  );
  const keys = new Set(
    images.flatMap((image) => [sampleKey(image), image]).map((key) => key.normalize('NFC')),
  );
  const named = new Set(
    match.problems.flatMap((problem) => [problem.file, ...(problem.related ?? [])]),
  );
  return texts
    .filter(
      (text) =>
        folders.has(folderOf(text)) &&
        !match.imagesOf.has(text) &&
        customs.has(`${folderOf(text)}/${extensionOf(text)}`) &&
        !keys.has(sampleKey(text).normalize('NFC')) &&
        !named.has(text) &&
        !isProse(text),
    )
    .map((file) => ({
      code: 'missing-image',
      file,
      message: sentence('{0} is a caption, but there is no image of that name beside it.', file),
      remedy: sentence('Put the image back, rename one of the two, or delete the caption.'),
    }));
}

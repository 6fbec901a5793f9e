import type { CancelSignal } from '../../core/cancellation.ts';
import type { Dataset, DatasetPath } from '../../core/dataset/dataset.ts';
import type { DatasetTrainer } from '../../core/dataset/trainers/trainer.ts';
import type { TrainerChoice } from '../../core/dataset/trainers.ts';
import type { Inventory, InventoryDataset } from '../../core/dataset/inventory.ts';
import { secondPictures } from '../../core/dataset/archivePaths.ts';
import { ImageIndex } from '../../core/dataset/imageIndex.ts';
import { baseName, folderOf, toAbsolute } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { PairLensError } from '../../core/errors.ts';
import type { CaptionsPerFile } from '../../core/formats/sidecar.ts';
import { detectFormat } from '../../core/formats/formatTable.ts';
import { describeUnread } from '../../core/formats/unreadTable.ts';
import type { FileSystem, Log } from '../../core/ports.ts';
import type { ProgressListener } from '../../core/progress.ts';
import type { CaptionFiles } from './captionFileKind.ts';
import { discoverFiles, type Listing } from './listFiles.ts';
import { namedArchives, withPackedImages } from './packedImages.ts';
import { otherSidecars } from './otherSidecars.ts';
import { readSidecars } from './sidecars.ts';
import { readFileHead, readTable, type CaptionTable } from './captionTables.ts';
import {
  captionsInNames,
  containers,
  inventoryEntries,
  mayCaption,
  type UnreadFile,
  unreadProblem,
} from './unreadFiles.ts';
import { sentence } from '../../core/text/sentence.ts';
import {
  addMissingCaptions,
  addSidecars,
  filesOf,
  groupAt,
  type Group,
  groupByRoot,
  Owners,
  toDataset,
} from './datasetGroups.ts';
import { companionProblems } from './companionProblems.ts';
import { unreadableFile } from './errorWords.ts';
import { inventoryOf, inventoryTrainer, noDataset, unreadable } from './folderInventory.ts';
import { findTrainers, folderFiles, rivals, trainerOfDataset } from './detectTrainer.ts';
import { trainerProblems } from './trainerFiles.ts';
import { captionedVideos } from './videos.ts';

export interface OpenOptions {
  /** How sidecar files are split into captions; default: detected from the files (docs/formats.md). */
  readonly captionsPerFile?: CaptionsPerFile;
  /** The trainer whose rules apply; detected if undefined. */
  readonly trainer?: TrainerChoice;
  readonly signal?: CancelSignal;
  readonly onProgress?: ProgressListener;
  /** For bugs of a reader, which affect only one file. */
  readonly log?: Log;
}

/** Files between two progress reports. */
const PROGRESS_STEP = 256;

/**
 * Opens all datasets in a folder tree. A table makes a dataset of its folder (or of the folder that also
 * contains its images); sidecars make one dataset of `dir`. Broken files become problems of their dataset.
 * @param dir absolute path.
 * @throws PairLensError `no-dataset` if there is none, `unreadable-file` if `dir` cannot be listed,
 *   `cancelled`.
 */
export async function openDatasets(
  files: FileSystem,
  dir: string,
  options: OpenOptions = {},
): Promise<Dataset[]> {
  return (await openFolder(files, dir, options)).datasets;
}

/** The datasets of a folder, with the state needed to read a caption file again. */
export interface OpenedFolder {
  readonly dir: string;
  readonly datasets: Dataset[];
  /** The caption files of each dataset; paths relative to the dataset. */
  readonly captionFiles: ReadonlyMap<Dataset, CaptionFiles>;
  /** Whether there are text files that are not tables, which may be sidecars of images that no table mentions. */
  readonly hasTexts: boolean;
  /** All images below the folder. */
  readonly index: ImageIndex;
  /** Companions of captioned images (masks, control images, edit sources), and regularisation images. */
  readonly companions: ReadonlySet<DatasetPath>;
  /** How the sidecar files were read. */
  readonly captionsPerFile: CaptionsPerFile;
  /** The files of the folder and how they were read. */
  readonly inventory: Inventory;
  /** Problems of unreadable files that belong to no dataset. */
  readonly strayProblems: readonly Problem[];
}

/** As `openDatasets`. */
export async function openFolder(
  files: FileSystem,
  dir: string,
  options: OpenOptions = {},
): Promise<OpenedFolder> {
  const opened = await lookInto(files, dir, options);
  if (opened.datasets.length === 0) throw noDataset(opened.inventory, opened.strayProblems);
  return opened;
}

/**
 * Opens a folder that may have no dataset.
 * @throws PairLensError `unreadable-file` if `dir` cannot be listed, `cancelled`.
 */
export async function lookInto(
  files: FileSystem,
  dir: string,
  options: OpenOptions = {},
): Promise<OpenedFolder> {
  const { signal, onProgress } = options;
  const listing = await discoverFiles(files, dir, {
    ...(signal === undefined ? {} : { signal }),
    onListed: (done) => {
      if (done % PROGRESS_STEP === 0) onProgress?.({ phase: 'list', done, total: 0 });
    },
  });
  const index = new ImageIndex(listing.images, listing.unlisted.keys());
  const { tables, unread, shapeless, problems } = await readTables(
    files,
    dir,
    listing,
    index,
    options,
  );
  const tableFiles = new Set([...tables, ...unread].map(({ file }) => file));
  const groups = groupByRoot(tables);
  const captioned = new Set(tables.flatMap((table) => [...table.mentioned]));
  const second = secondPictures(listing.images);
  const named = new Set(
    [...tables.flatMap((table) => [...table.companions]), ...second].filter(
      (picture) => !captioned.has(picture),
    ),
  );
  const others = await otherSidecars(
    files,
    dir,
    {
      images: listing.images.filter((image) => !named.has(image)),
      captioned,
      texts: listing.texts.filter((text) => !tableFiles.has(text)),
      rest: [...listing.rest, ...shapeless],
    },
    signal,
  );
  const aside = [...unread, ...others.unread, ...containers(listing)];
  const untold = listing.images.filter((image) => !captioned.has(image) && !named.has(image));
  const mayBeCaptioned = new Set(
    [...aside, ...unreadable(tables)].flatMap((file) => mayCaption(file, index, untold)),
  );
  const sidecars = await readSidecars(
    files,
    dir,
    without(listing.images, second),
    listing.texts.filter((text) => !tableFiles.has(text)),
    {
      captioned,
      companions: named,
      videos: listing.videos,
      others,
      mayBeCaptioned,
      unlisted: listing.unlisted,
      ...(options.log && { log: options.log }),
      ...(options.captionsPerFile === undefined
        ? {}
        : { captionsPerFile: options.captionsPerFile }),
      ...(signal === undefined ? {} : { signal }),
      onRead: (done, total) => {
        if (done % PROGRESS_STEP === 0 || done === total) {
          onProgress?.({ phase: 'read', done, total });
        }
      },
    },
  );
  addSidecars(groups, sidecars);
  const companions = new Set([
    ...named,
    ...sidecars.companions.flatMap((group) => group.companions),
  ]);
  const meant = new Set(tables.flatMap((table) => [...table.meant]));
  const known = new Set([...groups.values()].flatMap((group) => [...group.captioned]));
  const uncaptioned = listing.images.filter(
    (image) => !known.has(image) && !companions.has(image) && !meant.has(image),
  );
  const entries = inventoryEntries(
    [...aside, ...(groups.size === 0 ? captionsInNames(uncaptioned) : [])],
    index,
    uncaptioned,
  );
  addMissingCaptions(
    groups,
    uncaptioned.filter((image) => !mayBeCaptioned.has(image)),
  );
  // An unreadable caption file was already reported as the missing caption of its image.
  const insteadOf = new Set(sidecars.problems.flatMap(({ related = [] }) => related));
  const owners = new Owners(groups, ({ root }) => ({ folders: [], trees: [root] }));
  const described = [
    ...problems,
    ...listing.problems,
    ...companionProblems(sidecars.companions),
    ...captionedVideos(listing),
  ];
  const otherFiles = [...listing.rest, ...listing.tables.filter((file) => !tableFiles.has(file))];
  const settings = await findTrainers(files, dir, otherFiles, listing.images, options.trainer);
  const trainers = new Map<Group, DatasetTrainer | 'none' | undefined>();
  for (const group of groups.values()) {
    const rest = otherFiles.filter((file) => owners.of(file) === group);
    const { root, images, formats } = group;
    const trainer = trainerOfDataset(settings, folderFiles(root, images, rest, formats));
    trainers.set(group, trainer);
    const own = <T>(map: ReadonlyMap<DatasetPath, T>): ReadonlyMap<DatasetPath, T> =>
      new Map([...map].filter(([file]) => group.files.has(file)));
    const found = {
      images: [...images].sort(),
      imagesOf: own(sidecars.imagesOf),
      encodings: own(sidecars.encodings),
      rest,
    };
    described.push(...(await trainerProblems(files, dir, found, trainer)));
  }
  for (const problem of described) {
    if (problem.code === 'unreadable-caption' && insteadOf.has(problem.file)) continue;
    // Also of the datasets of members; an archive outside of all datasets is reported, too.
    const owner = owners.of(folderOf(problem.file));
    if (owner !== undefined) owner.problems.push(problem);
    else if (problem.code === 'unreadable-archive' && groups.size > 0) {
      groupAt(groups, '').problems.push(problem);
    }
  }
  if (groups.size > 0) {
    const archives = namedArchives(tables);
    for (const problem of entries.flatMap((entry) => unreadProblem(entry) ?? [])) {
      if (archives.has(problem.file)) continue;
      // Problems outside of all datasets are reported, too.
      (owners.of(folderOf(problem.file)) ?? groupAt(groups, '')).problems.push(problem);
    }
  }
  const captionFiles = new Map<Dataset, CaptionFiles>();
  const inventoried: InventoryDataset[] = [];
  for (const group of groups.values()) {
    const dataset = toDataset(dir, group, trainers.get(group));
    captionFiles.set(dataset, filesOf(group));
    inventoried.push(inventoryOf(group.root, group.files, dataset));
  }
  return {
    dir,
    datasets: [...captionFiles.keys()],
    captionFiles,
    hasTexts: listing.texts.some((text) => !tableFiles.has(text)),
    index,
    companions,
    captionsPerFile: sidecars.captionsPerFile,
    inventory: {
      dir,
      images: listing.images.length,
      texts: listing.texts.length,
      datasets: inventoried.filter(({ formats }) => formats.length > 0),
      rivalTrainers: rivals(settings).flatMap((each) => inventoryTrainer(each) ?? []),
      unread: entries,
    },
    strayProblems: [...problems, ...listing.problems],
  };
}

function without(
  images: readonly DatasetPath[],
  others: readonly DatasetPath[],
): readonly DatasetPath[] {
  const set = new Set(others);
  return set.size === 0 ? images : images.filter((image) => !set.has(image));
}

async function readTables(
  files: FileSystem,
  dir: string,
  listing: Listing,
  index: ImageIndex,
  { signal, log }: OpenOptions,
): Promise<{
  tables: CaptionTable[];
  unread: UnreadFile[];
  /** Files of no format that are not reported. */
  shapeless: DatasetPath[];
  problems: Problem[];
}> {
  const tables: CaptionTable[] = [];
  const unread: UnreadFile[] = [];
  const shapeless: DatasetPath[] = [];
  const problems: Problem[] = [];
  for (const file of listing.tables) {
    const absolute = toAbsolute(dir, file);
    try {
      const head = await readFileHead(files, absolute, file, index);
      const format = detectFormat(head);
      if (format === undefined) {
        const described = describeUnread(head);
        const problem = described === undefined ? unrecognised(file) : undefined;
        if (described !== undefined) unread.push({ file, ...described });
        if (problem !== undefined) problems.push(problem);
        if (described === undefined && problem === undefined) shapeless.push(file);
        continue;
      }
      const table = withPackedImages(
        await readTable(files, dir, absolute, file, format, index, signal, log),
        listing.rest,
      );
      // Many JSON files have "images"; without captions they are not caption files.
      const { pairs, problems: flaws, unlistedRows, unjudged } = table;
      if (pairs.length + flaws.length + unlistedRows + unjudged.length > 0) tables.push(table);
    } catch (error) {
      if (PairLensError.is(error, 'cancelled')) throw error;
      problems.push(unreadableFile(file, error, log));
    }
  }
  return { tables, unread, shapeless, problems };
}

/** The problem of a file with the name of a caption file that no trainer would read. */
function unrecognised(file: DatasetPath): Problem | undefined {
  if (!/^metadata\.(?:jsonl|csv)$/i.test(baseName(file))) return undefined;
  return {
    code: 'unreadable-caption',
    file,
    message: sentence(
      '{0} names no captions: it needs "file_name" and one of "text", "caption" or "prompt".',
      file,
    ),
    remedy: sentence('Add the two, or delete the file if the captions are elsewhere.'),
  };
}

import type { CancelSignal } from '../../core/cancellation.ts';
import type { Dataset, DatasetPath } from '../../core/dataset/dataset.ts';
import type { Inventory, InventoryDataset } from '../../core/dataset/inventory.ts';
import { secondPictures } from '../../core/dataset/archivePaths.ts';
import { ImageIndex } from '../../core/dataset/imageIndex.ts';
import { layersOf } from '../../core/dataset/layers.ts';
import { extensionOf } from '../../core/dataset/fileKinds.ts';
import { folderOf, toAbsolute } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import type { CaptionsPerFile } from '../../core/formats/sidecar.ts';
import type { FileSystem, Log } from '../../core/ports.ts';
import type { ProgressListener } from '../../core/progress.ts';
import type { NameMapping } from '../../core/dataset/nameMapping.ts';
import { type DatasetSettings, overridden } from '../../core/settings/datasetSettings.ts';
import { captionsElsewhere } from './captionsElsewhere.ts';
import type { CaptionFiles } from './captionFileKind.ts';
import { findTrainers, firstExtension, type FoundTrainers } from './detectTrainer.ts';
import { discoverFiles, type Listing } from './listFiles.ts';
import { askedNames, namedImages, namesByTrainer } from './namedImages.ts';
import { namingFiles } from './namingFiles.ts';
import { namedArchives } from './packedImages.ts';
import { numberTexts } from './numberTexts.ts';
import { otherSidecars } from './otherSidecars.ts';
import { readSidecars } from './sidecars.ts';
import { containers, inventoryEntries, mayCaption, unreadProblem } from './unreadFiles.ts';
import {
  addMissingCaptions,
  addNamed,
  addSidecars,
  filesOf,
  groupAt,
  groupByRoot,
  Owners,
  toDataset,
} from './datasetGroups.ts';
import { companionProblems } from './companionProblems.ts';
import { configError, fileChoices, idleSettings, readConfigFile } from './configFile.ts';
import { questionsOf, inventoryOf, inventoryTrainer, noDataset } from './folderInventory.ts';
import { groupTrainers } from './groupTrainers.ts';
import { isUnreadable } from './tableRows.ts';
import { captionedVideos } from './videos.ts';
import { readTables } from './readTables.ts';

export interface OpenOptions {
  /** Settings of the editor or the command line, which override those of the config file. */
  readonly settings?: DatasetSettings;
  /** Whether a config file that is not right is an error; otherwise what is right in it applies, and the rest is reported. */
  readonly strict?: boolean;
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
  return (await openTree(files, dir, options)).flatMap(({ datasets }) => datasets);
}

/** As `openDatasets`, with the state of each folder: the opened one, and those below it with a config file of their own. */
export async function openTree(
  files: FileSystem,
  dir: string,
  options: OpenOptions = {},
): Promise<OpenedFolder[]> {
  const all = await lookIntoTree(files, dir, options);
  const [first] = all;
  if (first !== undefined && all.every(({ datasets }) => datasets.length === 0)) {
    throw noDataset(first.inventory, first.strayProblems);
  }
  return all;
}

/** As `openTree`, for a folder that may have no dataset. */
export async function lookIntoTree(
  files: FileSystem,
  dir: string,
  options: OpenOptions = {},
): Promise<OpenedFolder[]> {
  const opened = await lookInto(files, dir, options);
  const below: OpenedFolder[] = [];
  for (const folder of opened.nested) {
    below.push(...(await lookIntoTree(files, toAbsolute(dir, folder), options)));
  }
  return [opened, ...below];
}

/** The datasets of a folder, with the state needed to read a caption file again. */
export interface OpenedFolder {
  readonly dir: string;
  /** What its config file says, without `OpenOptions.settings`. */
  readonly config: DatasetSettings;
  /** Its config file overridden by `OpenOptions.settings`. */
  readonly settings: DatasetSettings;
  /** Roots of image names that the settings name. */
  readonly roots: readonly NameMapping[];
  /** Folders below with a config file of their own. */
  readonly nested: readonly DatasetPath[];
  readonly datasets: Dataset[];
  /** The caption files of each dataset; paths relative to the dataset. */
  readonly captionFiles: ReadonlyMap<Dataset, CaptionFiles>;
  /** Whether there are text files that are not tables, which may be sidecars of images that no table mentions. */
  readonly hasTexts: boolean;
  /** All images below the folder. */
  readonly index: ImageIndex;
  /** Companions of captioned images (masks, control images, edit sources), and regularisation images. */
  readonly companions: ReadonlySet<DatasetPath>;
  /** The image that each companion belongs to, where that is known by their names. */
  readonly partnerOf: ReadonlyMap<DatasetPath, DatasetPath>;
  /** How the sidecar files were read. */
  readonly captionsPerFile: CaptionsPerFile;
  /** The files of the folder and how they were read. */
  readonly inventory: Inventory;
  /** Problems of unreadable files that belong to no dataset. */
  readonly strayProblems: readonly Problem[];
}

/**
 * Opens a folder that may have no dataset, without the folders below it that have a config file of their own.
 * @throws PairLensError `unreadable-file` if `dir` cannot be listed, `cancelled`.
 */
export async function lookInto(
  files: FileSystem,
  dir: string,
  options: OpenOptions = {},
): Promise<OpenedFolder> {
  const { signal, onProgress } = options;
  const config = await readConfigFile(files, dir);
  const settings = overridden(config.settings, options.settings ?? {});
  const choices = fileChoices(settings);
  const refused = options.strict === true ? configError(dir, config.problems) : undefined;
  if (refused !== undefined) throw refused;
  const listed = await discoverFiles(files, dir, {
    choices,
    ...(signal === undefined ? {} : { signal }),
    onListed: (done) => {
      if (done % PROGRESS_STEP === 0) onProgress?.({ phase: 'list', done, total: 0 });
    },
  });
  const trainerSettings = await findTrainers(
    files,
    dir,
    [...listed.rest, ...listed.tables.filter((file) => choices.columnsOf(file) === undefined)],
    listed.images,
    settings.trainer,
  );
  const listing = withoutSettings(listed, trainerSettings);
  const index = new ImageIndex(listing.images, listing.unlisted.keys());
  const { tables, unread, shapeless, problems } = await readTables(
    files,
    dir,
    listing,
    index,
    choices,
    options,
  );
  const idle = idleSettings(settings, {
    tables: listing.tables,
    beside: [...listing.texts, ...listing.rest],
    index,
  });
  const idleError = options.strict === true ? configError(dir, idle) : undefined;
  if (idleError !== undefined) throw idleError;
  const configProblems = [...config.problems, ...idle];
  const readAsTables = new Set(tables.map(({ file }) => file));
  const tableFiles = new Set([...readAsTables, ...unread.map(({ file }) => file)]);
  const groups = groupByRoot(tables);
  const captioned = new Set(tables.flatMap((table) => [...table.mentioned]));
  const second = secondPictures(listing.images);
  const layers = trainerSettings.configs.some(({ settings }) => settings.hasLayers)
    ? layersOf(listing.images, listing.texts)
    : [];
  const named = new Set(
    [...tables.flatMap((table) => [...table.companions]), ...second, ...layers].filter(
      (picture) => !captioned.has(picture),
    ),
  );
  const rest = [...listing.rest, ...listing.tables.filter((file) => !tableFiles.has(file))];
  const first = firstExtension(choices.captionExtension, trainerSettings);
  // Read like `.txt`.
  const isChosen = (file: DatasetPath) => extensionOf(file) === first?.extension;
  const labels = await numberTexts(files, dir, listing.images, listing.texts, signal);
  const isLabels = new Set(labels.map(({ file }) => file));
  const texts = [...listing.texts, ...listing.rest.filter(isChosen)].filter(
    (file) => !isLabels.has(file),
  );
  const others = await otherSidecars(
    files,
    dir,
    {
      images: listing.images.filter((image) => !named.has(image)),
      captioned,
      texts: texts.filter((text) => !readAsTables.has(text)),
      rest: [...listing.rest.filter((file) => !isChosen(file)), ...shapeless],
    },
    signal,
  );
  const sidecarFiles = new Set(others.of.values());
  const aside = [
    ...unread.filter(({ file }) => !sidecarFiles.has(file)),
    ...others.unread,
    ...labels,
    ...containers(listing),
    ...(await namingFiles(files, dir, listing.rest, index, signal)),
  ];
  const untold = listing.images.filter((image) => !captioned.has(image) && !named.has(image));
  const mayBeCaptioned = new Set(
    [...aside, ...tables.filter(isUnreadable)].flatMap((file) => mayCaption(file, index, untold)),
  );
  const besideImages = texts.filter((text) => !tableFiles.has(text));
  const names = namedImages(
    untold,
    { tables, texts: besideImages, others: others.of, mayBeCaptioned },
    settings.captionsInFileNames ?? namesByTrainer(trainerSettings),
  );
  const sidecars = await readSidecars(files, dir, without(listing.images, second), besideImages, {
    captioned: new Set([...captioned, ...names.captionOf.keys(), ...names.without]),
    ...(first && { first }),
    companions: named,
    videos: listing.videos,
    others,
    mayBeCaptioned,
    unlisted: listing.unlisted,
    ...(options.log && { log: options.log }),
    ...(settings.captionsPerFile === undefined
      ? {}
      : { captionsPerFile: settings.captionsPerFile }),
    ...(signal === undefined ? {} : { signal }),
    onRead: (done, total) => {
      if (done % PROGRESS_STEP === 0 || done === total) {
        onProgress?.({ phase: 'read', done, total });
      }
    },
  });
  addSidecars(groups, sidecars);
  addNamed(groups, names);
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
    [
      ...aside,
      ...listing.damaged,
      ...(groups.size === 0
        ? await captionsElsewhere(files, dir, { names, uncaptioned }, trainerSettings, signal)
        : []),
    ],
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
  const trainers = await groupTrainers(
    files,
    dir,
    {
      groups: groups.values(),
      owners,
      images: listing.images,
      rest,
      sidecars,
    },
    trainerSettings,
  );
  described.push(...trainers.problems);
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
    for (const problem of configProblems) {
      (owners.of('') ?? groupAt(groups, '')).problems.push(problem);
    }
    const archives = namedArchives(tables);
    const told = new Set(listing.damaged.map(({ file }) => file));
    for (const problem of entries.flatMap((entry) => unreadProblem(entry) ?? [])) {
      if (archives.has(problem.file) || told.has(problem.file)) continue;
      // Problems outside of all datasets are reported, too.
      (owners.of(folderOf(problem.file)) ?? groupAt(groups, '')).problems.push(problem);
    }
  }
  const captionFiles = new Map<Dataset, CaptionFiles>();
  const inventoried: InventoryDataset[] = [];
  for (const group of groups.values()) {
    const dataset = toDataset(dir, group, trainers.of.get(group));
    captionFiles.set(dataset, filesOf(group));
    inventoried.push(inventoryOf(group.root, group.files, dataset));
  }
  return {
    dir,
    config: config.settings,
    settings,
    roots: choices.roots,
    nested: listing.nested,
    datasets: [...captionFiles.keys()],
    captionFiles,
    hasTexts: listing.texts.some((text) => !tableFiles.has(text)),
    index,
    companions,
    partnerOf: new Map(sidecars.companions.flatMap(({ partnerOf }) => [...partnerOf])),
    captionsPerFile: sidecars.captionsPerFile,
    inventory: {
      dir,
      images: listing.images.length,
      texts: listing.texts.length,
      datasets: inventoried.filter(({ formats }) => formats.length > 0),
      rivalTrainers: trainers.rivals.flatMap((each) => inventoryTrainer(each) ?? []),
      unread: entries,
      questions: questionsOf(tables, [...unread, ...(groups.size === 0 ? askedNames(names) : [])]),
      ...(sidecars.imagesOf.size > 0 && { captionsPerFile: sidecars.captionsPerFile }),
      leftOut: listing.leftOut,
      flaws: configProblems.map(({ message, remedy }) => ({ message, remedy })),
    },
    strayProblems: [...configProblems, ...problems, ...listing.problems],
  };
}

/** Settings of trainers are no tables, though some are lists of objects as tables are. */
function withoutSettings(listing: Listing, { configs }: FoundTrainers): Listing {
  const settings = new Set(configs.map(({ file }) => file));
  return {
    ...listing,
    tables: listing.tables.filter((file) => !settings.has(file)),
    rest: [...listing.rest, ...listing.tables.filter((file) => settings.has(file))],
  };
}

function without(
  images: readonly DatasetPath[],
  others: readonly DatasetPath[],
): readonly DatasetPath[] {
  const set = new Set(others);
  return set.size === 0 ? images : images.filter((image) => !set.has(image));
}

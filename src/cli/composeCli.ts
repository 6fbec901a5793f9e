import path from 'node:path';
import pMap from 'p-map';
import { toAbsolute } from '../core/dataset/paths.ts';
import { openEncoders } from '../adapters/encoders.ts';
import { cacheFolder, native } from '../adapters/installation.ts';
import { withArchives } from '../adapters/archiveFiles.ts';
import { nodeFiles, nodeProcesses } from '../adapters/nodeFiles.ts';
import { nodeHasher } from '../adapters/nodeHasher.ts';
import { oneFile } from '../adapters/oneFile.ts';
import { nodeOutputFiles } from '../adapters/nodeOutputFiles.ts';
import { type EmbeddingCache, openSegmentStore } from '../adapters/segmentStore.ts';
import type { EncoderChoice } from '../core/encoderChoice.ts';
import type { LearntModel } from '../core/audit/learntModel.ts';
import { PairLensError } from '../core/errors.ts';
import type { OutputFiles } from '../core/export/outputFiles.ts';
import { row, type Matrix } from '../core/matching/matrix.ts';
import type {
  Clock,
  EmbeddingStore,
  FileSystem,
  ImageReader,
  Log,
  VectorIndex,
} from '../core/ports.ts';
import { auditDataset } from '../engine/audit/auditDataset.ts';
import {
  type DecisionPlace,
  readDecisions,
  removeDecisions,
} from '../engine/audit/decisionFile.ts';
import { dropFitsOf, fitInPlace } from '../engine/audit/fitInPlace.ts';
import { learnDataset } from '../engine/audit/learnDataset.ts';
import { parseLearntModel } from '../engine/audit/learntModelFile.ts';
import { readFit } from '../engine/audit/fittedFile.ts';
import { readConfigFile } from '../engine/discovery/configFile.ts';
import type { ExportPorts } from '../engine/batch/exportDataset.ts';
import type { ReadDataset } from '../engine/editing/datasetPlanner.ts';
import type { FixPorts } from '../engine/editing/fixRun.ts';
import { withImageBytes } from '../engine/indexing/imageFiles.ts';
import { captionEncoder } from '../engine/indexing/indexCaptions.ts';
import { noStore } from '../engine/indexing/noStore.ts';
import { indexDataset } from '../engine/indexing/indexDataset.ts';
import {
  lookIntoTree,
  openDatasets,
  openTree,
  type OpenOptions,
} from '../engine/discovery/openDatasets.ts';
import type { Inventory } from '../core/dataset/inventory.ts';
import type { BatchPorts, RunOptions } from '../engine/batch/batchPorts.ts';
import { pictureSpeed } from '../engine/batch/pictureSpeed.ts';
import type { DatasetSettings } from '../core/settings/datasetSettings.ts';
import { givenSettings } from './options.ts';
import { listDecisions, type ListedDecision } from '../engine/batch/listDecisions.ts';
import type { CommandContext } from './commandContext.ts';
import { chosenEncoder } from './composeEncoders.ts';

/*
 * Composition root of the command line: joins engine and adapters. Adapters with native code are imported on first
 * use, so that a mistyped folder is reported before a model is loaded.
 */

/** The user's files, with archives as folders. */
export const userFiles = withArchives(nodeFiles);

export const outputFiles: OutputFiles = nodeOutputFiles;

export const exportPorts: ExportPorts = { files: userFiles, output: nodeOutputFiles };

export const fixPorts: FixPorts = {
  files: userFiles,
  hasher: nodeHasher,
  processes: nodeProcesses,
};

const clock: Clock = { now: () => performance.now() };

type Setting = Pick<CommandContext, 'globals' | 'terminal'>;

export interface CliWorkspace extends BatchPorts {
  /** Size of the encoders on disk. */
  readonly bytes: number;
  /** Pictures of a folder that are decoded and encoded in a second, measured with `most` of them, past the cache. */
  pictureSpeed(root: string, most: number, run: RunOptions): Promise<number>;
  close(): Promise<void>;
}

interface WorkspaceChoices {
  /** Settings of the command that override those of config files, besides those of all commands. */
  readonly given?: DatasetSettings | undefined;
  /** In place of the user's files. */
  readonly disk?: FileSystem;
  /** Through which datasets are read; default: `disk`. */
  readonly files?: FileSystem;
  /** In place of the user's cache of embeddings. */
  readonly store?: EmbeddingStore;
  /** In place of the encoder of the command line or the config file; undefined for the shipped one. */
  readonly encoder?: EncoderChoice | undefined;
}

/**
 * Opens all ports of the engine: encoders and the user's cache. Must be closed, or the cache may lose its last entries.
 * @param dir the folder whose config file may name an encoder; undefined if none is asked
 * @throws PairLensError `invalid-model`, `missing-native-package`.
 */
export async function openWorkspace(
  setting: Setting,
  dir: string | undefined,
  choices: WorkspaceChoices = {},
): Promise<CliWorkspace> {
  const { given = {}, disk = userFiles, files = disk, store: givenStore } = choices;
  const { globals } = setting;
  const encoders = await openEncoders(
    'encoder' in choices ? choices.encoder : await chosenEncoder(setting, dir),
    globals.threads,
  );
  const {
    reader,
    imageEncoder,
    textEncoder,
    reference,
    languages,
    nouns,
    innerProducts,
    clipTokens,
  } = encoders;
  const store = givenStore ?? (await openCache(setting));
  const ports = {
    files: disk,
    hasher: nodeHasher,
    reader,
    imageEncoder,
    textEncoder,
    store,
    clock,
  };
  return {
    modelId: imageEncoder.modelId,
    bytes: encoders.bytes,
    reference,
    innerProducts,
    open: async (dir, run) => {
      const tree = await openTree(files, dir, openOptions(setting, run, given));
      return tree.flatMap(({ datasets, settings }) =>
        datasets.map((dataset) => ({ ...dataset, settings })),
      );
    },
    index: (dataset, run, leaveOut, replaced) =>
      indexDataset(dataset, ports, {
        ...run,
        ...(leaveOut && { leaveOut }),
        ...(replaced && { replaced }),
      }),
    decisions: (root, dir) => readDecisions(disk, root, dir),
    fitOf: (root, dir, chosen) =>
      readFit(disk, { root, folder: dir }, imageEncoder.modelId, chosen),
    fit: (embedded, place, request, { signal, onProgress }) =>
      fitInPlace(
        embedded,
        place,
        { files: userFiles, hasher: nodeHasher, reference, languages, innerProducts },
        {
          ...request,
          ...(signal && { signal }),
          onProgress: (part) => onProgress?.({ phase: 'match', done: part * 100, total: 100 }),
        },
      ),
    learn: (embedded, decisions, run) =>
      learnDataset(embedded, nodeHasher, {
        ...run,
        decisions,
        reference,
        languages,
        innerProducts,
      }),
    audit: (embedded, { words = false, fit, learnt, ...wanted }, run) =>
      auditDataset(embedded, {
        ...run,
        ...wanted,
        ...(fit && { fitted: fit.model }),
        ...(learnt && { learnt: { model: learnt, hash: (text) => nodeHasher.hash(text) } }),
        ...(words && { words: { encoder: textEncoder, clock } }),
        reference,
        languages,
        nouns,
        encode: captionEncoder(ports, embedded.boilerplate),
        innerProducts,
        clipTokens,
      }),
    async encodeText(text) {
      return row((await textEncoder.encode([text])).embedding, 0);
    },
    async encodeImage(file) {
      const image = await readImage(reader, file, imageEncoder.size);
      return row((await imageEncoder.encode([image])).embedding, 0);
    },
    hash: (text) => nodeHasher.hash(text),
    async pictureSpeed(root, most, run) {
      const datasets = (await openTree(files, root, openOptions(setting, run, given))).flatMap(
        (opened) => opened.datasets,
      );
      const read = (file: string): ReturnType<ImageReader['read']> =>
        readImage(reader, file, imageEncoder.size);
      return pictureSpeed(datasets, most, { read, imageEncoder, clock }, run);
    },
    countTokens: (text) => clipTokens.count(text),
    async close() {
      await store.close();
      await encoders.close();
    },
  };
}

function openOptions(
  { globals, terminal }: Setting,
  run: RunOptions,
  given: DatasetSettings = {},
): OpenOptions {
  return {
    ...run,
    log: terminal.log,
    settings: { ...givenSettings(globals), ...given },
    strict: true,
  };
}

/** The saved views of a folder: queries by their names. What is wrong in its config file is told when the folder is read. */
export async function viewsOfFolder(dir: string): Promise<Readonly<Record<string, string>>> {
  return (await readConfigFile(nodeFiles, dir)).settings.views ?? {};
}

/** The datasets of a folder, read and not embedded. @throws PairLensError `no-dataset`, `unreadable-file`, `cancelled`. */
export async function readFolder(
  dir: string,
  setting: Setting,
  run: RunOptions,
  files: FileSystem,
): Promise<readonly ReadDataset[]> {
  const tree = await openTree(files, dir, openOptions(setting, run));
  return tree.flatMap(({ datasets, settings }) =>
    datasets.map((dataset) => ({ dataset, settings })),
  );
}

/** The inventory of a folder, and of those below it with a config file of their own. @throws PairLensError `unreadable-file`, `cancelled`. */
export async function inspectFolder(
  dir: string,
  setting: Setting,
  run: RunOptions,
): Promise<readonly Inventory[]> {
  const tree = await lookIntoTree(userFiles, dir, openOptions(setting, run));
  return tree.map(({ inventory }) => inventory);
}

/**
 * A workspace whose only file is a shard, without the user's cache.
 * @param folder absolute path that the shard is shown in
 */
export function openShard(
  setting: Setting,
  folder: string,
  shard: { readonly name: string; readonly file: string },
): Promise<CliWorkspace> {
  const disk = withArchives(oneFile(nodeFiles, folder, shard));
  return openWorkspace(setting, undefined, { disk, store: noStore });
}

/** Largest file of a learnt model: 200,000 pairs are 740 MB. */
const MODEL_BYTES = 2 ** 30;

/** What `pairlens learn` wrote. @param encoder to judge with @throws PairLensError `unreadable-file`, `invalid-model`. */
export async function readLearntModel(file: string, encoder: string): Promise<LearntModel> {
  const bytes = await nodeFiles.read(path.resolve(file), { maxBytes: MODEL_BYTES });
  return parseLearntModel(bytes, file, encoder);
}

/** The text of a file outside of datasets. @throws PairLensError `unreadable-file`. */
export async function readText(file: string): Promise<string> {
  return new TextDecoder().decode(await nodeFiles.read(path.resolve(file)));
}

/** Longest side of a thumbnail in a report, in pixels. */
const THUMBNAIL_SIZE = 240;
const THUMBNAILS_AT_ONCE = 4;

/** Images as data addresses by their path below `root`; those that cannot be read are left out. */
export async function thumbnails(
  root: string,
  images: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { sharpThumbnails } = await native('sharp', () => import('../adapters/sharpThumbnails.ts'));
  const made = await pMap(
    images,
    async (image): Promise<[string, string][]> => {
      try {
        const { jpeg } = await withImageBytes(
          userFiles,
          { path: toAbsolute(root, image) },
          (bytes) => sharpThumbnails.read(bytes, THUMBNAIL_SIZE),
        );
        return [[image, `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`]];
      } catch (error) {
        // A file that is no image, or gone: the report names it.
        if (PairLensError.is(error)) return [];
        throw error;
      }
    },
    { concurrency: THUMBNAILS_AT_ONCE },
  );
  return new Map(made.flat());
}

/** Writes a new file; false, without a change, if it exists. @throws PairLensError `write-failed`. */
export async function createFile(file: string, folder: string, text: string): Promise<boolean> {
  let isNew = true;
  await nodeFiles.update(file, folder, (before) => {
    isNew = before === undefined;
    return before ?? new TextEncoder().encode(text);
  });
  return isNew;
}

/** The decisions on the pairs of the datasets below a folder. */
export async function decisionsOfFolder(
  dir: string,
  setting: Setting,
  run: RunOptions,
): Promise<readonly ListedDecision[]> {
  const datasets = await openDatasets(userFiles, dir, openOptions(setting, run));
  return listDecisions(datasets, dir, { files: userFiles, hasher: nodeHasher });
}

/** Removes what was fitted to the datasets below a folder. False if there was nothing. */
export async function dropFits(dir: string, setting: Setting, run: RunOptions): Promise<boolean> {
  return dropFitsOf(await openDatasets(userFiles, dir, openOptions(setting, run)), dir, userFiles);
}

export async function takeBackDecisions(
  place: DecisionPlace,
  lines: readonly ListedDecision[],
): Promise<void> {
  await removeDecisions(
    userFiles,
    place,
    lines.map(({ key }) => key),
  );
}

/** Opens the user's embedding cache. */
export function openCache({ globals, terminal }: Setting): Promise<EmbeddingCache> {
  return openSegmentStore({ folder: cacheFolder(globals.cache), log: terminal.log });
}

/** An approximate index, for many queries in a large set. */
export async function approximateIndex(items: Matrix, log: Log): Promise<VectorIndex> {
  const { hnswIndex } = await import('../adapters/hnswIndex.ts');
  return hnswIndex(items, log);
}

async function readImage(
  reader: ImageReader,
  file: string,
  size: number,
): ReturnType<ImageReader['read']> {
  try {
    return await withImageBytes(userFiles, { path: path.resolve(file) }, (bytes) =>
      reader.read(bytes, size),
    );
  } catch (error) {
    const { code, message, remedy } = PairLensError.from(error);
    throw new PairLensError(code, `${file}: ${message}`, {
      path: file,
      cause: error,
      ...(remedy !== undefined && { remedy }),
    });
  }
}

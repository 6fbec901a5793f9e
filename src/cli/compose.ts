import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LmdbStore } from '../adapters/lmdbStore.ts';
import { nodeFiles } from '../adapters/nodeFiles.ts';
import { nodeHasher } from '../adapters/nodeHasher.ts';
import { nodeOutputFiles } from '../adapters/nodeOutputFiles.ts';
import { PairLensError } from '../core/errors.ts';
import type { OutputFiles } from '../core/export/outputFiles.ts';
import { row, type Matrix } from '../core/matching/matrix.ts';
import type { Clock, ImageReader, Log, VectorIndex } from '../core/ports.ts';
import { auditDataset } from '../engine/auditDataset.ts';
import { indexDataset } from '../engine/indexer.ts';
import { openDatasets } from '../engine/openDatasets.ts';
import type { Workspace } from '../engine/workspace.ts';
import type { CommandContext } from './commandContext.ts';

/*
 * The one file that joins the engine and the adapters. Adapters with native code are imported when they are first
 * needed: a mistyped folder is reported before a model is loaded.
 */

export const outputFiles: OutputFiles = nodeOutputFiles;

const clock: Clock = { now: () => performance.now() };

type Setting = Pick<CommandContext, 'globals' | 'terminal'>;

/**
 * The engine with every port in place: shipped or given encoders, the user's cache. Close it, or the cache may lose
 * its last entries.
 * @throws PairLensError `invalid-model`, `missing-native-package`.
 */
export async function openWorkspace(
  setting: Setting,
): Promise<Workspace & { close(): Promise<void> }> {
  const { globals } = setting;
  const models = globals.model === undefined ? shippedModels() : path.resolve(globals.model);
  const [folders, images, texts, banks, languages, products] = await Promise.all([
    import('../adapters/modelFolder.ts'),
    import('../adapters/onnxImageEncoder.ts'),
    import('../adapters/onnxTextEncoder.ts'),
    import('../adapters/referenceBankFile.ts'),
    import('../adapters/eldLanguages.ts'),
    import('../adapters/onnxInnerProducts.ts'),
  ]);
  const reader = await openImageReader();
  const folder = await folders.openModelFolder(models);
  const reference = await banks.readReferenceBank(models);
  const imageEncoder = await images.openOnnxImageEncoder(folder, globals.threads);
  const textEncoder = await texts.openOnnxTextEncoder(folder, globals.threads);
  const innerProducts = products.onnxInnerProducts(globals.threads);
  const store = await openCache(setting);
  const ports = {
    files: nodeFiles,
    hasher: nodeHasher,
    reader,
    imageEncoder,
    textEncoder,
    store,
    clock,
  };
  return {
    modelId: imageEncoder.modelId,
    reference,
    open: (dir, hooks) =>
      openDatasets(nodeFiles, dir, {
        ...hooks,
        ...(globals.captionsPerFile !== undefined && { captionsPerFile: globals.captionsPerFile }),
      }),
    index: (dataset, hooks) => indexDataset(dataset, ports, hooks),
    audit: (embedded, levels, hooks) =>
      auditDataset(embedded, {
        ...hooks,
        levels,
        reference,
        languages: languages.eldLanguages,
        innerProducts,
      }),
    async encodeText(text) {
      return row((await textEncoder.encode([text])).embedding, 0);
    },
    async encodeImage(file) {
      const image = await readImage(reader, file, imageEncoder.size);
      return row((await imageEncoder.encode([image])).embedding, 0);
    },
    hash: (text) => nodeHasher.hash(text),
    async close() {
      await store.close();
      await imageEncoder.close();
      await textEncoder.close();
    },
  };
}

/** The user's cache of embeddings. */
export async function openCache({ globals, terminal }: Setting): Promise<LmdbStore> {
  const { openLmdbStore } = await native('lmdb', () => import('../adapters/lmdbStore.ts'));
  return openLmdbStore({ folder: cacheFolder(globals.cache), log: terminal.log });
}

/** An index for many look-ups in a large set. */
export async function approximateIndex(items: Matrix, log: Log): Promise<VectorIndex> {
  const { hnswIndex } = await import('../adapters/hnswIndex.ts');
  return hnswIndex(items, log);
}

async function openImageReader(): Promise<ImageReader> {
  const { sharpImageReader } = await native(
    'sharp',
    () => import('../adapters/sharpImageReader.ts'),
  );
  return sharpImageReader();
}

async function readImage(
  reader: ImageReader,
  file: string,
  size: number,
): ReturnType<ImageReader['read']> {
  const bytes = await nodeFiles.read(path.resolve(file));
  try {
    return await reader.read(bytes, size);
  } catch (error) {
    const { code, message, remedy } = PairLensError.from(error);
    throw new PairLensError(code, `${file}: ${message}`, {
      path: file,
      cause: error,
      ...(remedy !== undefined && { remedy }),
    });
  }
}

async function native<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new PairLensError(
      'missing-native-package',
      `${name} cannot be loaded on ${process.platform}-${process.arch}.`,
      { remedy: 'Run npm ci again on this machine.', cause: error },
    );
  }
}

/** Where the cache lies: as asked for, or in the user's cache folder, never in the dataset. */
function cacheFolder(asked: string | undefined): string {
  const named = asked ?? process.env['PAIRLENS_CACHE'];
  if (named !== undefined && named !== '') return path.resolve(named);
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Caches', 'pairlens');
  const base =
    process.platform === 'win32' ? process.env['LOCALAPPDATA'] : process.env['XDG_CACHE_HOME'];
  return path.join(base ?? path.join(homedir(), '.cache'), 'pairlens');
}

/** The encoders inside the package: `models`, in a folder above this file, bundled or not. */
function shippedModels(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const models = path.join(folder, 'models');
    if (existsSync(path.join(models, 'manifest.json'))) return models;
    const parent = path.dirname(folder);
    if (parent === folder) {
      throw new PairLensError('invalid-model', 'The encoders inside the package are missing.', {
        remedy: 'Install PairLens again, or give --model a folder of encoders.',
      });
    }
    folder = parent;
  }
}

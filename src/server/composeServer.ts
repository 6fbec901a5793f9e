import type { Encoders } from '../adapters/encoders.ts';
import { cacheFolder, folderAbove, native } from '../adapters/installation.ts';
import { withArchives } from '../adapters/archiveFiles.ts';
import { nodeFiles } from '../adapters/nodeFiles.ts';
import { nodeHasher } from '../adapters/nodeHasher.ts';
import { openSegmentStore } from '../adapters/segmentStore.ts';
import type { EmbeddingStore, Log } from '../core/ports.ts';
import { openWorkspace } from '../engine/workspace/openWorkspace.ts';
import type { WorkspacePorts } from '../engine/workspace/workspacePorts.ts';
import { packageFacts } from '../packageFacts.ts';
import type { Settings } from '../protocol/settings.ts';
import { writeThrough } from './writeThroughStore.ts';
import type { LiveOptions, OpenLive } from './engineHost.ts';
import type { Composition } from './session.ts';
import { ThumbnailCache } from './features/thumbnailCache.ts';

/*
 * Composition root of the server: joins engine and adapters. Native packages are imported when the first dataset is
 * found or the first image is shown, so a folder without a dataset loads none.
 */

/** The user's files, with archives as folders. */
const userFiles = withArchives(nodeFiles);

/** @param defaults used for settings that the client does not send. */
export function compose(defaults: Partial<Settings> = {}): Composition {
  return {
    ...packageFacts(),
    defaults,
    files: userFiles,
    openLive,
    thumbnails: new ThumbnailCache(userFiles, async () => {
      const loaded = await native('sharp', () => import('../adapters/sharpThumbnails.ts'));
      return loaded.sharpThumbnails;
    }),
    encoders: {
      stored: async () => (await import('../adapters/installedEncoders.ts')).installedEncoders(),
      async attempt(choice, threads) {
        const { openEncoders } = await import('../adapters/encoders.ts');
        const { imageEncoder, bytes, close } = await openEncoders(choice, threads);
        await close();
        return { model: imageEncoder.modelId, bytes };
      },
      run: async (args, signal) =>
        (await import('../adapters/ownProgram.ts')).runOwnProgram(args, signal),
    },
    l10nFolder: folderAbove('l10n', 'server.l10n.zh-cn.json'),
  };
}

const openLive: OpenLive = (options, log) => {
  let opening: Promise<Opened> | undefined;
  const live = openWorkspace(
    userFiles,
    async () => {
      // A failed attempt is not cached: the user may correct the settings or the installation and try again.
      opening ??= openPorts(options, log).catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return (await opening).ports;
    },
    options.settings,
    { hasher: nodeHasher, log },
  );
  return {
    live,
    async close() {
      await live.close();
      await (await opening)?.close();
    },
  };
};

interface Opened {
  readonly ports: WorkspacePorts;
  close(): Promise<void>;
}

async function openPorts(options: LiveOptions, log: Log): Promise<Opened> {
  const { openEncoders } = await import('../adapters/encoders.ts');
  const encoders: Encoders = await openEncoders(options.encoder, options.threads);
  const cache = await openSegmentStore({ folder: cacheFolder(options.cachePath), log });
  const store: EmbeddingStore = options.rebuild === true ? writeThrough(cache) : cache;
  const { close, ...ofModels } = encoders;
  return {
    ports: {
      files: userFiles,
      hasher: nodeHasher,
      clock: { now: () => performance.now() },
      log,
      store,
      ...ofModels,
    },
    async close() {
      await cache.close();
      await close();
    },
  };
}

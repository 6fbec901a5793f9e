import { LRUCache } from 'lru-cache';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem, ThumbnailReader } from '../../core/ports.ts';
import { withImageBytes } from '../../engine/indexing/imageFiles.ts';
import type { Thumbnail } from '../../protocol/shapes.ts';

const CACHE_BYTES = 32 * 2 ** 20;

interface Request {
  readonly file: string;
  readonly size: number;
}

/** LRU cache of thumbnails as data URIs; concurrent requests for one image decode it once. */
export class ThumbnailCache {
  readonly #files: Pick<FileSystem, 'stat' | 'read'>;
  readonly #cache: LRUCache<string, Thumbnail, Request>;

  constructor(files: Pick<FileSystem, 'stat' | 'read'>, reader: () => Promise<ThumbnailReader>) {
    this.#files = files;
    this.#cache = new LRUCache<string, Thumbnail, Request>({
      maxSize: CACHE_BYTES,
      sizeCalculation: ({ dataUri }) => dataUri.length,
      fetchMethod: async (_key, _stale, { context }) => {
        const thumbnails = await reader();
        const { jpeg, width, height } = await withImageBytes(
          this.#files,
          { path: context.file },
          (bytes) => thumbnails.read(bytes, context.size),
        );
        const base64 = Buffer.from(jpeg).toString('base64');
        return { dataUri: `data:image/jpeg;base64,${base64}`, width, height };
      },
    });
  }

  /** @param size longest side in pixels. Undefined if the file is missing or cannot be decoded. */
  async of(file: string, size: number): Promise<Thumbnail | undefined> {
    try {
      const { bytes, modified, kind } = await this.#files.stat(file);
      if (kind !== 'file') return undefined;
      // Size and modification time are part of the key, so a rewritten file is decoded again.
      const key = [file, size, bytes, modified].join('\0');
      return await this.#cache.fetch(key, { context: { file, size } });
    } catch (error) {
      if (PairLensError.is(error)) return undefined;
      throw error;
    }
  }
}

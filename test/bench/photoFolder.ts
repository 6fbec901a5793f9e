import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { Dataset } from '../../src/core/dataset/dataset.ts';
import { seeded } from '../support/randomVectors.ts';

const TOUR = 'samples/tour';

export interface PhotoFolder {
  readonly dataset: Dataset;
  readonly meanBytes: number;
  remove(): Promise<void>;
}

/** A folder of different photographic JPEGs: random crops of the sample photos, brightened or darkened. */
export async function photoFolder(
  count: number,
  width: number,
  height: number,
): Promise<PhotoFolder> {
  const sources = await photosOf(TOUR);
  const root = await mkdtemp(path.join(os.tmpdir(), 'pairlens-bench-'));
  const random = seeded(count);
  const images: string[] = [];
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const source = sources[i % sources.length];
    if (source === undefined) throw new Error(`no photo in ${TOUR}`);
    const share = 0.7 + 0.3 * random();
    const [w, h] = [Math.floor(source.width * share), Math.floor(source.height * share)];
    const jpeg = await sharp(source.pixels, { raw: source })
      .extract({
        left: Math.floor((source.width - w) * random()),
        top: Math.floor((source.height - h) * random()),
        width: w,
        height: h,
      })
      .resize(width, height, { fit: 'cover' })
      .modulate({ brightness: 0.8 + 0.4 * random() })
      .jpeg({ quality: 92 })
      .toBuffer();
    const name = `${String(i).padStart(6, '0')}.jpg`;
    await writeFile(path.join(root, name), jpeg);
    images.push(name);
    bytes += jpeg.length;
  }
  return {
    dataset: { root, formats: [], pairs: [], images, problems: [] },
    meanBytes: bytes / count,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

interface Photo {
  readonly pixels: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: 3;
}

/** Decoded once: making the files would take longer than indexing them otherwise. */
async function photosOf(folder: string): Promise<Photo[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) =>
    /\.jpe?g$/i.test(name),
  );
  const photos: Photo[] = [];
  for (const name of names.sort()) {
    const file = path.join(folder, name);
    if ((await stat(file)).size < 10_000) continue;
    try {
      const { data, info } = await sharp(file, { failOn: 'truncated' })
        .toColourspace('srgb')
        .resize(1280, 1280, { fit: 'inside' })
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      photos.push({ pixels: data, width: info.width, height: info.height, channels: 3 });
    } catch {
      // The samples hold damaged photos on purpose.
    }
  }
  return photos;
}

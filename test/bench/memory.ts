import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { indexDataset } from '../../src/engine/indexing/indexDataset.ts';
import { realPorts } from './indexing.ts';
import { photoFolder } from './photoFolder.ts';

/** Resident memory while 8,000 small images are indexed, against that after the first 2,000. */
export async function benchMemory(first = 2_000, last = 8_000): Promise<void> {
  const photos = await photoFolder(last, 160, 120);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pairlens-bench-store-'));
  try {
    const ports = await realPorts(folder);
    const resident: number[] = [];
    await indexDataset(photos.dataset, ports, {
      onProgress({ phase, done }) {
        if (phase === 'images') resident[Math.ceil(done / 1000)] = process.memoryUsage().rss;
      },
    });
    await ports.store.close();
    const at = (images: number): number => (resident[images / 1000] ?? NaN) / 2 ** 20;
    console.log(
      `resident memory at ${first} images ${at(first).toFixed(0)} MiB, at ${last} images ${at(last).toFixed(0)} MiB: ` +
        `${(100 * (at(last) / at(first) - 1)).toFixed(1)} % more (target at most 10 %)`,
    );
  } finally {
    await photos.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

import { throwIfCancelled } from '../../core/cancellation.ts';
import type { Dataset } from '../../core/dataset/dataset.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import type { Clock, ImageEncoder, SquareImage } from '../../core/ports.ts';
import type { RunOptions } from './batchPorts.ts';

export interface PictureSpeedPorts {
  /** Decodes the image of an absolute path. */
  readonly read: (file: string) => Promise<SquareImage>;
  readonly imageEncoder: ImageEncoder;
  readonly clock: Clock;
}

/**
 * Pictures of datasets that are decoded and encoded in a second, past the cache.
 * @param most pictures that it is measured with
 * @throws PairLensError `cancelled`.
 */
export async function pictureSpeed(
  datasets: readonly Dataset[],
  most: number,
  { read, imageEncoder, clock }: PictureSpeedPorts,
  { signal }: RunOptions,
): Promise<number> {
  const pictures = datasets
    .flatMap((dataset) => dataset.images.map((image) => toAbsolute(dataset.root, image)))
    .slice(0, most);
  const start = clock.now();
  let batch: SquareImage[] = [];
  let done = 0;
  for (const [n, file] of pictures.entries()) {
    throwIfCancelled(signal);
    // One that cannot be read is a finding of the audit.
    const image = await read(file).catch(() => undefined);
    if (image !== undefined) batch.push(image);
    if (batch.length === 0) continue;
    if (batch.length < imageEncoder.batchSize && n < pictures.length - 1) continue;
    await imageEncoder.encode(batch);
    done += batch.length;
    batch = [];
  }
  return (1000 * done) / Math.max(1, clock.now() - start);
}

import { throwIfCancelled } from '../../core/cancellation.ts';
import type { FragmentTable } from '../../core/matching/pairReranking.ts';
import type { CrossEncoder, Fragments } from '../../core/matching/crossEncoder.ts';
import type { PixelSquare } from '../../core/ports.ts';
import type { ProgressListener } from '../../core/progress.ts';
import type { RunOptions } from './batchPorts.ts';

/** A scorer of pairs, and how many of the best of each list it orders. */
export interface PairScoring {
  readonly scorer: CrossEncoder;
  /** What it is called in results. */
  readonly name: string;
  readonly depth: number;
  /** Decodes the picture of an absolute path for the scorer. @throws PairLensError `unreadable-image`. */
  readonly read: (file: string) => Promise<PixelSquare>;
}

/** Fragments of pictures (absolute paths) and captions, a batch at a time. @throws PairLensError `unreadable-image`, `cancelled`. */
export async function fragmentTable(
  files: readonly string[],
  captions: readonly string[],
  { scorer, read }: PairScoring,
  { signal, onProgress }: RunOptions,
): Promise<FragmentTable> {
  const inBatches = async <T>(
    items: readonly T[],
    size: number,
    phase: Parameters<ProgressListener>[0]['phase'],
    fragments: (batch: readonly T[]) => Promise<Fragments[]>,
  ): Promise<Fragments[]> => {
    const all: Fragments[] = [];
    for (let start = 0; start < items.length; start += size) {
      throwIfCancelled(signal);
      for (const each of await fragments(items.slice(start, start + size))) all.push(each);
      onProgress?.({ phase, done: all.length, total: items.length });
    }
    return all;
  };
  return {
    images: await inBatches(files, scorer.pictureBatch, 'images', async (batch) =>
      scorer.ofPictures(await Promise.all(batch.map(read))),
    ),
    captions: await inBatches(captions, scorer.captionBatch, 'captions', (batch) =>
      scorer.ofCaptions(batch),
    ),
  };
}

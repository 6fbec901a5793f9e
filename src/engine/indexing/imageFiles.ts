import { ByteBudget } from '../../core/byteBudget.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileStat, FileSystem } from '../../core/ports.ts';
import { sentence } from '../../core/text/sentence.ts';

const MB = 2 ** 20;

/** 256 MB: an uncompressed image of 89 megapixels, larger than any compressed photo. */
export const MAX_IMAGE_BYTES = 256 * MB;

/** Memory budget of files read by background work. */
const backgroundBudget = new ByteBudget(MAX_IMAGE_BYTES);
/** Separate budget for user requests, because background work keeps its files in memory while it waits for these. */
export const foregroundBudget = new ByteBudget(MAX_IMAGE_BYTES);

interface ImageFile {
  readonly path: string;
  /** Stat of the file; determined if missing. */
  readonly stat?: FileStat;
}

/**
 * Reads an image file and passes its bytes to `use`; the budget is released when `use` is done.
 * @throws PairLensError `image-too-large` before reading, `unreadable-file`.
 */
export async function withImageBytes<T>(
  files: Pick<FileSystem, 'stat' | 'read'>,
  { path, stat }: ImageFile,
  use: (bytes: Uint8Array) => Promise<T>,
  budget: ByteBudget = backgroundBudget,
): Promise<T> {
  const { bytes } = stat ?? (await files.stat(path));
  if (bytes > MAX_IMAGE_BYTES) throw tooLarge(path, bytes);
  return budget.with(bytes, async () => use(await files.read(path, { maxBytes: MAX_IMAGE_BYTES })));
}

function tooLarge(path: string, bytes: number): PairLensError {
  return new PairLensError(
    'image-too-large',
    sentence(
      'The file has {0} MB; PairLens reads pictures of at most {1} MB.',
      Math.ceil(bytes / MB),
      MAX_IMAGE_BYTES / MB,
    ),
    { path, remedy: sentence('Shrink the image; trainers scale it down anyway.') },
  );
}

import { type CancelSignal, throwIfCancelled } from '../../core/cancellation.ts';
import { evenSample, groupBy } from '../../core/collections.ts';
import { sampleKey } from '../../core/dataset/archivePaths.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { extensionOf } from '../../core/dataset/fileKinds.ts';
import { folderOf, toAbsolute } from '../../core/dataset/paths.ts';
import { PairLensError } from '../../core/errors.ts';
import { holdsNumbers } from '../../core/formats/sidecar.ts';
import type { FileSystem } from '../../core/ports.ts';
import { decodeText } from '../../core/text/decodeText.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { UnreadFile } from './unreadFiles.ts';

/** Most texts of a folder that are looked into, and the share of them that must be numbers. */
const LOOKED_INTO = 8;
const MOST = 0.8;
/** Larger texts are no labels of one image. */
const LOOK_BYTES = 256 * 1024;

/** What numbers in a text beside an image are told to be. */
export const NUMBERS = {
  what: sentence('numbers with the name of an image, such as boxes of objects, and no caption'),
  remedy: sentence('Nothing to do.'),
  names: [],
  isLeftAlone: true,
} as const;

/**
 * Texts beside images that are no captions: boxes and classes of YOLO, DOTA, KITTI and others. Decided for all texts of a
 * folder with one extension, by some of them.
 */
export async function numberTexts(
  files: Pick<FileSystem, 'read'>,
  dir: string,
  images: readonly DatasetPath[],
  texts: readonly DatasetPath[],
  signal?: CancelSignal,
): Promise<readonly UnreadFile[]> {
  const keys = new Set(images.flatMap((image) => [sampleKey(image), image]));
  const beside = texts.filter((text) => keys.has(sampleKey(text)));
  const found: UnreadFile[] = [];
  for (const all of groupBy(beside, (text) => `${folderOf(text)}\0${extensionOf(text)}`).values()) {
    throwIfCancelled(signal);
    if (await areNumbers(files, dir, all)) {
      found.push(...all.map((file) => ({ file, ...NUMBERS })));
    }
  }
  return found;
}

async function areNumbers(
  files: Pick<FileSystem, 'read'>,
  dir: string,
  texts: readonly DatasetPath[],
): Promise<boolean> {
  let written = 0;
  let numbers = 0;
  for (const file of evenSample(texts, LOOKED_INTO)) {
    const text = await textIn(files, toAbsolute(dir, file));
    if (text === undefined || text.trim() === '') continue;
    written++;
    if (holdsNumbers(text)) numbers++;
    // One text of words is enough in nearly all folders.
    else if (numbers === 0) return false;
  }
  return written > 0 && numbers >= MOST * written;
}

async function textIn(files: Pick<FileSystem, 'read'>, path: string): Promise<string | undefined> {
  try {
    const decoded = decodeText(await files.read(path, { maxBytes: LOOK_BYTES }));
    return 'text' in decoded ? decoded.text : undefined;
  } catch (error) {
    if (PairLensError.is(error, 'cancelled')) throw error;
    return undefined;
  }
}

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { groupBy } from '../core/collections.ts';
import { namesRead } from '../core/dataset/captionInName.ts';
import { stemOf } from '../core/dataset/fileKinds.ts';
import { baseName, folderOf } from '../core/dataset/paths.ts';
import { mayHoldCaptions } from '../core/formats/captionFiles.ts';

/** Bytes read to detect the format, which is decided by the first rows. */
const HEAD_BYTES = 64 * 1024;

/** Names that images and texts of different folders must share: one may be chance. */
const LEAST_NAMES = 2;

/**
 * Whether files look like images with captions: a text file of the same name in the same folder, or several in a folder
 * of their own. Paths with `/`.
 */
export function haveSidecars(images: readonly string[], texts: readonly string[]): boolean {
  const stems = new Set(images.map(stemOf));
  if (texts.some((text) => stems.has(stemOf(text)))) return true;
  const names = new Set([...stems].map(baseName));
  return texts.filter((text) => names.has(baseName(stemOf(text)))).length >= LEAST_NAMES;
}

/** Whether the names of the images of a folder are captions. */
export function haveNames(images: readonly string[]): boolean {
  return [...groupBy(images, folderOf).values()].some((all) => namesRead(all) === 'captions');
}

/** Whether the first bytes of a file are those of a caption table, or may be. False for unreadable files. */
export async function looksLikeTable(path: string): Promise<boolean> {
  // O_NONBLOCK: opening a named pipe must not block. On Windows the constant is undefined, which `|` treats as 0.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (handle === undefined) return false;
  try {
    if (!(await handle.stat()).isFile()) return false;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return mayHoldCaptions(baseName(path), buffer.subarray(0, bytesRead));
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}

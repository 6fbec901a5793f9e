import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { stemOf } from '../core/dataset/fileKinds.ts';
import { baseName } from '../core/dataset/paths.ts';
import { detectInBytes } from '../core/formats/captionFiles.ts';

/** Bytes of a file that tell its format: formats look at the first rows. */
const HEAD_BYTES = 64 * 1024;

/**
 * Whether files look like images with captions beside them: a text file of the same name in the same folder.
 * Paths with `/`.
 */
export function haveSidecars(images: readonly string[], texts: readonly string[]): boolean {
  const stems = new Set(images.map(stemOf));
  return texts.some((text) => stems.has(stemOf(text)));
}

/** Whether a file holds captions of many images, as far as its first bytes tell. False for what cannot be read. */
export async function looksLikeTable(path: string): Promise<boolean> {
  // A named pipe by the name of a caption file must not be waited for. Windows knows neither (there the constant is undefined, which `|` takes for 0).
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (handle === undefined) return false;
  try {
    if (!(await handle.stat()).isFile()) return false;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return detectInBytes(baseName(path), buffer.subarray(0, bytesRead)) !== undefined;
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}

import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';

/**
 * Unpacks a VSIX into `folder`.
 * @returns Size in bytes of each file of the extension, by its path inside `folder/extension`.
 */
export async function unpackVsix(vsix: string, folder: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  const zip = await yauzl.openPromise(vsix, { lazyEntries: true });
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    const file = path.join(folder, entry.fileName);
    await mkdir(path.dirname(file), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file));
    const prefix = 'extension/';
    if (entry.fileName.startsWith(prefix)) {
      sizes.set(entry.fileName.slice(prefix.length), entry.uncompressedSize);
    }
  }
  return sizes;
}

import { outsideWrite } from '../../core/outsideWrite.ts';
import type { FileSystem } from '../../core/ports.ts';

/** @throws PairLensError `write-failed` where an edit of the file would change one outside of the opened folder. */
export async function refuseOutside(
  files: FileSystem,
  path: string,
  folder: string,
): Promise<void> {
  const target = await files.outsideTarget(path, folder);
  if (target !== undefined) throw outsideWrite(path, target);
}

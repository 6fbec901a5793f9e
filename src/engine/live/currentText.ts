import { PairLensError } from '../../core/errors.ts';
import type { FileSystem } from '../../core/ports.ts';
import { decodeText, reencodeRemedy } from '../../core/text/decodeText.ts';
import { sentence } from '../../core/text/sentence.ts';

/** The text of a caption file as it is now: the open document's, else the disk's. @throws PairLensError. */
export async function currentText(files: FileSystem, path: string): Promise<string> {
  const decoded = decodeText(await files.read(path));
  if ('text' in decoded) return decoded.text;
  throw new PairLensError(
    'unsupported-format',
    sentence('{0} is neither UTF-8 nor UTF-16.', path),
    {
      path,
      remedy: reencodeRemedy(decoded.guess),
    },
  );
}

import { PairLensError } from '../../core/errors.ts';
import { decodeText, reencodeRemedy } from '../../core/text/decodeText.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { CaptionIntake } from './captionIntake.ts';

/** The text of a caption file as it is now: the open document's, else the disk's. @throws PairLensError. */
export async function currentText(
  { documents, disk }: CaptionIntake,
  path: string,
): Promise<string> {
  const open = await documents.textOf(path);
  if (open !== undefined) return open;
  const decoded = decodeText(await disk.read(path));
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

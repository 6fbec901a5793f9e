import { PairLensError } from './errors.ts';
import { sentence } from './text/sentence.ts';

/** The error for a write that would change a file outside of the opened folder. */
export function outsideWrite(path: string, target: string): PairLensError {
  return new PairLensError(
    'write-failed',
    sentence(
      '{0} leads to {1}, outside of the opened folder, and is not written through.',
      path,
      target,
    ),
    {
      path,
      remedy: sentence('Put the file itself in the place of the link, or open the other folder.'),
    },
  );
}

import { PairLensError } from './errors.ts';
import { sentence } from './text/sentence.ts';

/** That writing a path would change something outside of the folder that was opened. */
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

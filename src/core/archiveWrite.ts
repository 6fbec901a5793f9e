import { PairLensError } from './errors.ts';
import { sentence } from './text/sentence.ts';

/** The error for a change of a file inside an archive. */
export function archiveWrite(path: string, archive: string): PairLensError {
  return new PairLensError(
    'write-failed',
    sentence('{0} is inside an archive, which PairLens does not change.', path),
    {
      path: archive,
      remedy: sentence(
        'Mark the pair as verified or excluded instead, or unpack the archive and edit the files.',
      ),
    },
  );
}

import { PairLensError } from '../../core/errors.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import type { Log } from '../../core/ports.ts';
import { type Sentence, sentence, type SentenceValue } from '../../core/text/sentence.ts';

/** A folder in a message. */
export function folderName(folder: DatasetPath): SentenceValue {
  return folder === '' ? sentence('the opened folder') : folder;
}

/** Message and remedy of an error, for a problem. */
export function errorWords(
  { parts: { message, remedy } }: PairLensError,
  otherwise: Sentence = sentence('Check that the file can be read.'),
): Pick<Problem, 'message' | 'remedy'> {
  return {
    message,
    remedy: remedy ?? otherwise,
  };
}

/**
 * The problem of a caption file that could not be read for any reason, so that the other files are still read. Internal
 * errors are logged with their stack.
 */
export function unreadableFile(file: DatasetPath, error: unknown, log?: Log): Problem {
  if (PairLensError.is(error)) return { code: 'unreadable-caption', file, ...errorWords(error) };
  const { message } = PairLensError.from(error);
  log?.error(`${file}: ${error instanceof Error ? (error.stack ?? message) : message}`);
  return {
    code: 'unreadable-caption',
    file,
    message: sentence('{0} could not be read: {1}.', file, message),
    remedy: sentence('This is a mistake in PairLens: please report it with the file.'),
  };
}

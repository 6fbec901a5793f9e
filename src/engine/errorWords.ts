import type { PairLensError } from '../core/errors.ts';
import type { Problem } from '../core/dataset/problem.ts';
import { type Sentence, sentence } from '../core/text/sentence.ts';

/** What a failure says, as the words of a problem. */
export function errorWords(
  { said: { message, remedy } }: PairLensError,
  otherwise: Sentence = sentence('Check that the file can be read.'),
): Pick<Problem, 'message' | 'remedy'> {
  return {
    message,
    remedy: remedy ?? otherwise,
  };
}

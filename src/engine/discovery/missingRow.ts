import type { DatasetPath } from '../../core/dataset/dataset.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { sentence } from '../../core/text/sentence.ts';

const ADD_ROW = sentence('Add it to the caption file, or move the image out of the dataset.');

/** Whether a problem is that of `missingRow`. */
export function isMissingRow({ code, remedy }: Problem): boolean {
  return code === 'missing-caption' && remedy.text === ADD_ROW.text;
}

/** An image that its folder's caption file does not mention. */
export function missingRow(image: DatasetPath): Problem {
  return {
    code: 'missing-caption',
    file: image,
    image,
    message: sentence('{0} has no caption.', image),
    remedy: ADD_ROW,
  };
}

import type { DatasetPath } from '../../core/dataset/dataset.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { sentence } from '../../core/text/sentence.ts';

const ADD_ROW = sentence('Add it to the caption file, or move the image out of the dataset.');

/** Whether a problem was created by `missingRow`. */
export function isMissingRow({ code, remedy }: Problem): boolean {
  return code === 'missing-caption' && remedy.text === ADD_ROW.text;
}

/** The problem of an image that the table of its folder does not mention. */
export function missingRow(image: DatasetPath): Problem {
  return {
    code: 'missing-caption',
    file: image,
    image,
    message: sentence('{0} has no caption.', image),
    remedy: ADD_ROW,
  };
}

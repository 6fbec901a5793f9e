import type { DatasetPath, SourceRange } from '../../core/dataset/dataset.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import type { CaptionRow } from '../../core/formats/captionFormat.ts';
import { LIMITS } from '../../core/formats/limits.ts';
import { sentence } from '../../core/text/sentence.ts';
import { shorten } from '../../core/text/visibleText.ts';
import type { LostImage } from './imageFinder.ts';

/** Longest image name in a message, in characters. */
const NAME_SHOWN = 300;

export function tooManyRows(file: DatasetPath): Problem {
  return {
    code: 'unreadable-caption',
    file,
    message: sentence(
      '{0} has more than {1} rows; those behind are not read.',
      file,
      LIMITS.rowsPerFile,
    ),
    remedy: sentence('Split it into several files.'),
  };
}

export function overLimit(file: DatasetPath, { image, range }: CaptionRow): Problem {
  if (image.length <= LIMITS.nameCharacters) return captionTooLong(file, range);
  return {
    code: 'unreadable-caption',
    file,
    range,
    message: sentence(
      'Line {0} of {1} names an image in more than {2} characters.',
      range.line + 1,
      file,
      LIMITS.nameCharacters,
    ),
    remedy: sentence('Correct the line; the other lines of the file are read without it.'),
  };
}

/** The problem of a caption that exceeds the limit. */
export function captionTooLong(file: DatasetPath, range: SourceRange): Problem {
  return {
    code: 'unreadable-caption',
    file,
    range,
    message: sentence(
      'Line {0} of {1} has a caption of {2} characters; {3} are read.',
      range.line + 1,
      file,
      range.end - range.start,
      LIMITS.captionCharacters,
    ),
    remedy: sentence('Shorten the caption.'),
  };
}

export function lostImage(
  file: DatasetPath,
  { image, range }: CaptionRow,
  why: LostImage,
): Problem {
  return {
    code: why.code,
    file,
    range,
    message: sentence(
      'Line {0} of {1} names "{2}", {3}.',
      range.line + 1,
      file,
      shorten(image, NAME_SHOWN),
      why.because,
    ),
    remedy: why.remedy,
  };
}

export function tooManyCaptions(
  file: DatasetPath,
  image: DatasetPath,
  range: SourceRange,
  captions: number,
): Problem {
  return {
    code: 'unreadable-caption',
    file,
    image,
    range,
    message: sentence(
      '{0} gives {1} {2} captions; the first {3} are read.',
      file,
      image,
      captions,
      LIMITS.captionsPerImage,
    ),
    remedy: sentence('Leave the captions that describe the image best.'),
  };
}

export function moreProblems(file: DatasetPath, count: number): Problem {
  return {
    code: 'unreadable-caption',
    file,
    message: sentence('{0} has {1} more rows with mistakes, which are not listed.', file, count),
    remedy: sentence('Correct those that are listed first; the rest may have the same reason.'),
  };
}

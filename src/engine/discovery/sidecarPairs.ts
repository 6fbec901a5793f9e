import type { DatasetPath, Pair, SourceRange } from '../../core/dataset/dataset.ts';
import { folderOf } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { splitFromFolders } from '../../core/dataset/split.ts';
import { structuredSidecar } from '../../core/formats/captionFiles.ts';
import { isJsonText, jsonSidecar } from '../../core/formats/jsonSidecar.ts';
import { LIMITS } from '../../core/formats/limits.ts';
import {
  sidecar,
  sidecarCaptions,
  sidecarLines,
  type CaptionsPerFile,
} from '../../core/formats/sidecar.ts';
import { sentence } from '../../core/text/sentence.ts';
import { captionTooLong } from './rowProblems.ts';

/** The pairs of an image with the captions of its sidecar, and their problems. */
export function sidecarPairs(
  file: DatasetPath,
  image: DatasetPath,
  text: string,
  mode: CaptionsPerFile,
): { readonly pairs: Pair[]; readonly problem?: Problem } {
  const split = splitFromFolders(folderOf(image));
  const isJson = structuredSidecar(file) === undefined && isJsonText(text);
  const reader = isJson ? jsonSidecar : structuredSidecar(file);
  const found = reader?.readSidecar?.(text, file);
  // JSON without a known caption is judged as the text that trainers read.
  const held = isJson && found?.captions.length === 0 ? undefined : found;
  const structured = held && reader;
  const captions =
    held?.captions.filter(({ caption }) => caption.trim() !== '') ?? sidecarCaptions(text, mode);
  const format = structured?.id ?? (mode === 'whole' ? sidecar.id : sidecarLines.id);
  const pairs = captions
    .slice(0, LIMITS.captionsPerImage)
    .filter(({ caption }) => caption.length <= LIMITS.captionCharacters)
    .map(({ caption, range }, captionIndex) => ({
      image,
      caption,
      captionIndex,
      source: { file, format, range },
      ...(split === undefined ? {} : { split }),
    }));
  if (held?.flaw !== undefined) {
    const { code, message, remedy, range } = held.flaw;
    return { pairs, problem: { code, file, image, message, remedy, ...(range && { range }) } };
  }
  if (captions.length === 0) return { pairs, problem: emptySidecar(file, image) };
  if (captions.length > LIMITS.captionsPerImage) {
    return { pairs, problem: tooManyLines(file, image, captions.at(-1)?.range) };
  }
  const long = captions.find(({ caption }) => caption.length > LIMITS.captionCharacters);
  if (long !== undefined) return { pairs, problem: { ...captionTooLong(file, long.range), image } };
  return isJson ? { pairs, problem: jsonCaption(file) } : { pairs };
}

/** Trainers read a text beside an image as it is. */
function jsonCaption(file: DatasetPath): Problem {
  return {
    code: 'trainer/json-caption',
    file,
    message: sentence(
      '{0} holds JSON, which trainers read as it is: brackets, names and all.',
      file,
    ),
    remedy: sentence(
      'Write the caption alone into the file. Nothing to do if the model is trained on JSON prompts.',
    ),
  };
}

function tooManyLines(file: DatasetPath, image: DatasetPath, range?: SourceRange): Problem {
  return {
    code: 'unreadable-caption',
    file,
    image,
    ...(range && { range }),
    message: sentence(
      '{0} has more than {1} captions; those behind are not read.',
      file,
      LIMITS.captionsPerImage,
    ),
    remedy: sentence('Leave the captions that describe the image best.'),
  };
}

function emptySidecar(file: DatasetPath, image: DatasetPath): Problem {
  return {
    code: 'empty-caption',
    file,
    image,
    range: { start: 0, end: 0, line: 0, column: 0 },
    message:
      structuredSidecar(file) === undefined
        ? sentence('{0} is empty: {1} has no caption.', file, image)
        : sentence('{0} holds no caption: {1} has none.', file, image),
    remedy: sentence('Write a caption, or delete the file; some trainers stop at an empty one.'),
  };
}

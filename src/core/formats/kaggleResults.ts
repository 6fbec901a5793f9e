import { PairLensError } from '../errors.ts';
import { readLines, type TextLine } from '../text/lines.ts';
import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import { lineRange, tooLong } from './jsonRows.ts';
import { refuseBlank, refuseLineBreaks } from './representable.ts';
import { LIMITS } from './limits.ts';
import { sentence } from '../text/sentence.ts';

const HEADER = /^\s*image_name\s*\|\s*comment_number\s*\|\s*comment\s*(?:\r?\n|$)/;
const ROW = /^([^|]*)\|\s*(\d+)\s*\|(.*)$/s;

/** Kaggle's Flickr30k: `results.csv`, `image_name| comment_number| comment`, no quoting. */
export const kaggleResults: CaptionFormat = {
  id: 'kaggle-results',
  title: 'Kaggle Flickr30k results.csv',
  layout: 'table',
  files: { extensions: ['csv', 'txt'], names: ['results.csv', '*results*.txt'] },
  images: 'search',
  rows: 'lines-under-header',
  detect: ({ name, text }) => (/\.(?:csv|txt)$/i.test(name) && HEADER.test(text) ? 1 : 0),
  read,
  edit: (text, range, caption) => {
    refuseLineBreaks(caption, 'results.csv');
    refuseBlank(caption);
    if (caption.includes('|')) {
      throw new PairLensError(
        'invalid-argument',
        sentence('The caption holds a |, which ends a column of results.csv.'),
        { remedy: sentence('Write the caption without |.') },
      );
    }
    const newText = caption.trim();
    // pandas treats a quote directly after the separator as the start of a quoted field.
    const apart = newText.startsWith('"') && text[range.start - 1] === '|' ? ' ' : '';
    return { start: range.start, end: range.end, newText: apart + newText };
  },
};

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  for await (const line of readLines(file.chunks(), LIMITS.rowCharacters)) {
    if (line.number === 0 || (line.text.trim() === '' && line.tooLong === undefined)) continue;
    yield rowOf(line, file.name);
  }
}

function rowOf(line: TextLine, name: string): FormatRow {
  if (line.tooLong !== undefined) return tooLong(line, name, line.tooLong);
  const [, image, number, comment] = ROW.exec(line.text) ?? [];
  if (image === undefined || number === undefined || comment === undefined) {
    return {
      kind: 'problem',
      code: 'unreadable-caption',
      message: sentence('Line {0} of {1} is not "image| number| caption".', line.number + 1, name),
      remedy: sentence('Write the row with two | between its three parts.'),
      range: lineRange(line),
    };
  }
  const caption = comment.trim();
  const lead = comment.length - comment.trimStart().length;
  const column = line.text.length - comment.length + (caption === '' ? 0 : lead);
  const start = line.start + column;
  return {
    kind: 'caption',
    image: image.trim(),
    caption,
    key: number,
    range: { start, end: start + caption.length, line: line.number, column },
  };
}

import { PairLensError } from '../errors.ts';
import { IMAGE_EXTENSIONS } from '../dataset/fileKinds.ts';
import { sentence } from '../text/sentence.ts';
import { readLines, type TextLine } from '../text/lines.ts';
import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import { readsLikeCaption } from './columnNames.ts';
import { lineRange, tooLong } from './jsonRows.ts';
import { LIMITS } from './limits.ts';
import { refuseBlank, refuseLineBreaks } from './representable.ts';

/** The name of an image with its extension, what parts it from the caption, and the caption. */
const ROW = new RegExp(
  `^(.+?\\.(?:${[...IMAGE_EXTENSIONS].join('|')}))(\\s*[:,;|=]\\s*|\\s+-+>?\\s+|\\s+)(?![:,;|=])(.*)$`,
  'is',
);

/** Lines used to detect the format, and the share of them that must have a name and words. */
const LOOKED_AT = 50;
const LEAST_LINES = 3;
const MOST = 0.8;

/**
 * Lines of an image name and its caption, parted by a colon, a dash, a space, or a comma that captions have, too:
 * `cow.jpg: a cow, black and white`. What else is a table is `delimited`.
 */
export const namedLines: CaptionFormat = {
  id: 'named-lines',
  title: 'lines such as "cow.jpg: a cow"',
  layout: 'table',
  files: { extensions: ['txt'], names: ['*caption*.txt'] },
  images: 'search',
  rows: 'lines',
  detect: ({ name, text, images }) => {
    if (!/\.txt$/i.test(name) || images === undefined) return 0;
    const lines = text.split(/\r?\n/, LOOKED_AT).filter((line) => line.trim() !== '');
    if (lines.length < LEAST_LINES) return 0;
    const rows = lines.flatMap((line) => {
      const [, image = '', separator = '', caption = ''] = ROW.exec(line) ?? [];
      // A second tab parts columns.
      const isRow = images.isNamed(image) && readsLikeCaption(caption) && !caption.includes('\t');
      return isRow ? [separator.trim()] : [];
    });
    return rows.length >= MOST * lines.length && new Set(rows).size === 1 ? 0.5 : 0;
  },
  read,
  edit: (_text, range, caption) => {
    refuseLineBreaks(caption, 'this file');
    refuseBlank(caption);
    if (/^\s*[-:,;|=>]/.test(caption)) {
      throw new PairLensError(
        'invalid-argument',
        sentence('The caption begins with a sign that parts it from the name of the image.'),
        { remedy: sentence('Begin the caption with a word.') },
      );
    }
    return { start: range.start, end: range.end, newText: caption.trim() };
  },
};

/** The name of the image that a line begins with. */
export function leadingName(line: string): string | undefined {
  return ROW.exec(line)?.[1]?.trim();
}

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  for await (const line of readLines(file.chunks(), LIMITS.rowCharacters)) {
    if (line.text.trim() !== '' || line.tooLong !== undefined) yield rowOf(line, file.name);
  }
}

function rowOf(line: TextLine, name: string): FormatRow {
  if (line.tooLong !== undefined) return tooLong(line, name, line.tooLong);
  const [, image, separator, rest] = ROW.exec(line.text) ?? [];
  if (image === undefined || separator === undefined || rest === undefined) {
    return {
      kind: 'problem',
      code: 'unreadable-caption',
      message: sentence(
        'Line {0} of {1} does not begin with the name of an image.',
        line.number + 1,
        name,
      ),
      remedy: sentence('Write the name of the image before its caption, as in the other lines.'),
      range: lineRange(line),
    };
  }
  const caption = rest.trimEnd();
  const column = image.length + separator.length;
  const start = line.start + column;
  return {
    kind: 'caption',
    image: image.trim(),
    caption,
    range: { start, end: start + caption.length, line: line.number, column },
  };
}

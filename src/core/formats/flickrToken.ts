import { readLines } from '../text/lines.ts';
import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import { lineRange, tooLong } from './jsonRows.ts';
import { refuseBlank, refuseLineBreaks } from './representable.ts';
import { LIMITS } from './limits.ts';
import { sentence } from '../text/sentence.ts';

const ROW = /^([^\t]+?)#(\d+)\t(.*)$/s;

/**
 * Flickr8k and Flickr30k as published: `img.jpg#0<TAB>caption`, one line per caption. The lemmatised
 * variant (`*.lemma.token.txt`) repeats the same captions as dictionary forms and is not read.
 */
export const flickrToken: CaptionFormat = {
  id: 'flickr-token',
  title: 'Flickr8k/Flickr30k token file',
  layout: 'table',
  files: { extensions: ['token', 'txt'], names: ['*.token', '*token*.txt'] },
  images: 'search',
  rows: 'lines',
  detect: ({ name, text }) =>
    /\.(?:token|txt)$/i.test(name) &&
    !/\blemma\b/i.test(name) &&
    /^[^\t\r\n]+\.\w+#\d+\t/.test(text)
      ? 1
      : 0,
  read,
  edit: (_text, range, caption) => {
    refuseLineBreaks(caption, 'a token file');
    refuseBlank(caption);
    return { start: range.start, end: range.end, newText: caption };
  },
};

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  for await (const line of readLines(file.chunks(), LIMITS.rowCharacters)) {
    if (line.text.trim() === '' && line.tooLong === undefined) continue;
    if (line.tooLong !== undefined) {
      yield tooLong(line, file.name, line.tooLong);
      continue;
    }
    const [, image, key, caption] = ROW.exec(line.text) ?? [];
    if (image === undefined || key === undefined || caption === undefined) {
      yield {
        kind: 'problem',
        code: 'unreadable-caption',
        message: sentence(
          'Line {0} of {1} is not "image#number<TAB>caption".',
          line.number + 1,
          file.name,
        ),
        remedy: sentence('Write the image, #, a number, a tab and the caption.'),
        range: lineRange(line),
      };
      continue;
    }
    const column = line.text.length - caption.length;
    yield {
      kind: 'caption',
      image,
      caption,
      key,
      range: {
        start: line.start + column,
        end: line.start + line.text.length,
        line: line.number,
        column,
      },
    };
  }
}

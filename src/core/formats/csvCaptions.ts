import type { SourceRange } from '../dataset/dataset.ts';
import { sentence } from '../text/sentence.ts';
import type { CaptionRow, FormatRow, TextEdit } from './captionFormat.ts';
import type { CsvField } from './csvRecords.ts';
import { jsonLike, textOf } from './jsonRows.ts';
import { readJsonTree } from './jsonTree.ts';

/*
 * The captions in a field of a CSV file: usually its text; in tables made of lists, such as Hugging Face's
 * flickr_annotations_30k.csv, the strings of a JSON list.
 */

/** A list or an object as Python prints it. */
const PYTHON = /^\[\s*(['"]).*\1\s*\]$|^\{\s*'.*\}$/s;

export function* captionsIn(
  field: CsvField,
  fileName: string,
  row: Omit<CaptionRow, 'caption' | 'range'>,
): Generator<FormatRow> {
  const { text, range } = field;
  if (!/^\s*[[{]/.test(text)) {
    yield { ...row, caption: text, range };
    return;
  }
  const { root, flaw } = readJsonTree(text);
  const isJson = flaw === undefined && root !== undefined;
  const strings = isJson && isQuoted(field) ? (root.items ?? []) : [];
  if (strings.length > 0 && strings.every(({ type }) => type === 'string')) {
    for (const [i, string] of strings.entries()) {
      yield {
        ...row,
        caption: textOf(string) ?? '',
        range: rawRange(field, string.range),
        key: row.key === undefined ? String(i) : `${row.key}/${i}`,
      };
    }
  } else if (isJson || PYTHON.test(text.trim())) {
    yield {
      kind: 'problem',
      code: 'unreadable-caption',
      message: sentence(
        'Line {0} of {1} has a list or an object where the caption should be.',
        range.line + 1,
        fileName,
      ),
      remedy: sentence('Write the caption as text; several captions in a row each.'),
      range,
      image: row.image,
    };
  } else yield { ...row, caption: text, range };
}

/** Whether a field with quotes in its text is in quotes itself: then they are doubled. */
function isQuoted({ text, range }: CsvField): boolean {
  return range.end - range.start === text.length + quotes(text);
}

function quotes(text: string): number {
  return text.split('"').length - 1;
}

/** The place of a part of a quoted field in the file. */
function rawRange({ text, range }: CsvField, part: SourceRange): SourceRange {
  const before = text.slice(0, part.start);
  const offset = before.length + quotes(before);
  const line = before.lastIndexOf('\n') + 1;
  const length = part.end - part.start + quotes(text.slice(part.start, part.end));
  return {
    start: range.start + offset,
    end: range.start + offset + length,
    line: range.line + before.split('\n').length - 1,
    column: line === 0 ? range.column + offset : offset - line - quotes(text.slice(0, line)),
  };
}

/** The edit of a string in a JSON list in a quoted field; undefined for other fields. */
export function editListedCaption(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  caption: string,
): TextEdit | undefined {
  // The quotes of the string are doubled; before a field there is one, and a separator before that.
  const isListed = start > 2 && text.slice(start - 2, start) === '""' && text.startsWith('""', end);
  if (!isListed || !/[[,]\s*$/.test(text.slice(0, start - 2))) return undefined;
  const json = jsonLike(text, JSON.stringify(caption).slice(1, -1));
  return { start, end, newText: json.replaceAll('"', '""') };
}

import type { TextEdit } from './captionFormat.ts';

/** The edit that appends a row, with the line ends of the text; adds a missing final line end first. */
export function endOfText(text: string, row: string): TextEdit {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const ended = text === '' || text.endsWith('\n');
  return {
    start: text.length,
    end: text.length,
    newText: `${ended ? '' : lineEnd}${row}${lineEnd}`,
  };
}

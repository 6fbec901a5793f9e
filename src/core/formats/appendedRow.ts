import type { TextEdit } from './captionFormat.ts';

/** The edit that adds a row behind the last one, with the line ends of the text, whether or not the last line is ended. */
export function endOfText(text: string, row: string): TextEdit {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const ended = text === '' || text.endsWith('\n');
  return {
    start: text.length,
    end: text.length,
    newText: `${ended ? '' : lineEnd}${row}${lineEnd}`,
  };
}

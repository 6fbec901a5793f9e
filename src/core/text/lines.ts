/** A line of a text, without its line end. */
export interface TextLine {
  readonly text: string;
  /** Offset of its first character in the whole text, in UTF-16 code units. */
  readonly start: number;
  /** 0-based. */
  readonly number: number;
  /** Length of a line that exceeds the limit; its text is then omitted. */
  readonly tooLong?: number;
}

/**
 * Splits decoded chunks into lines at LF and CRLF. A final line end does not begin another line.
 * Memory use: one chunk and the line that crosses its end, up to `longest` characters.
 * @param longest characters of a line; for a longer one only its length is returned.
 */
export async function* readLines(
  chunks: AsyncIterable<string>,
  longest = Infinity,
): AsyncGenerator<TextLine> {
  let parts: string[] = [];
  /** Length of the current line in previous chunks. */
  let held = 0;
  let start = 0;
  let offset = 0;
  let number = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (;;) {
      const lineEnd = chunk.indexOf('\n', from);
      if (lineEnd < 0) break;
      const characters = held + lineEnd - from;
      if (characters > longest) yield { text: '', start, number: number++, tooLong: characters };
      else {
        const tail = chunk.slice(from, lineEnd);
        yield line(held === 0 ? tail : parts.join('') + tail, start, number++);
      }
      parts = [];
      held = 0;
      from = lineEnd + 1;
      start = offset + from;
    }
    held += chunk.length - from;
    if (held > longest) parts = [];
    else if (from < chunk.length) parts.push(chunk.slice(from));
    offset += chunk.length;
  }
  if (held > longest) yield { text: '', start, number, tooLong: held };
  else if (held > 0) yield line(parts.join(''), start, number);
}

/** The lines of a text in memory. */
export function* eachLine(text: string): Generator<TextLine> {
  let start = 0;
  for (let number = 0; start < text.length; number++) {
    const lineEnd = text.indexOf('\n', start);
    const end = lineEnd < 0 ? text.length : lineEnd;
    yield line(text.slice(start, end), start, number);
    start = end + 1;
  }
}

/** The lines of a text in memory, with their line ends. */
export function* wholeLines(text: string): Generator<Pick<TextLine, 'text' | 'start'>> {
  for (let start = 0; start < text.length;) {
    const lineEnd = text.indexOf('\n', start);
    const end = lineEnd < 0 ? text.length : lineEnd + 1;
    yield { text: text.slice(start, end), start };
    start = end;
  }
}

function line(raw: string, start: number, number: number): TextLine {
  return { text: raw.endsWith('\r') ? raw.slice(0, -1) : raw, start, number };
}

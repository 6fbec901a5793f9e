import type { SourceRange } from './dataset.ts';

/** A part of a caption: UTF-16 code units from its beginning. */
export interface CaptionPart {
  readonly start: number;
  readonly end: number;
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Where a part of a caption lies in its file. Undefined if the file writes the caption with escapes or quotes, so that
 * its characters do not correspond one to one.
 */
export function placeOfPart(
  caption: string,
  range: SourceRange,
  part: CaptionPart,
): { readonly start: Place; readonly end: Place } | undefined {
  if (range.end - range.start !== caption.length) return undefined;
  const placeAt = (offset: number): Place => {
    const before = caption.slice(0, offset);
    const lineStart = before.lastIndexOf('\n') + 1;
    return lineStart === 0
      ? { line: range.line, column: range.column + offset }
      : { line: range.line + before.split('\n').length - 1, column: offset - lineStart };
  };
  return { start: placeAt(part.start), end: placeAt(part.end) };
}

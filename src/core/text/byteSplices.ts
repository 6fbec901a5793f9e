import { bomLength, encodeText, type FileEncoding } from './textEncoding.ts';

/** Replaces `removed`, which begins at byte `at` of the old file, by `inserted`. */
export interface ByteSplice {
  readonly at: number;
  readonly removed: Uint8Array;
  readonly inserted: Uint8Array;
}

/** A replacement of `text.slice(start, end)`. */
interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/** The splices of a file's bytes that correspond to edits of its text, which must not overlap. */
export function splicesOf(
  text: string,
  file: FileEncoding,
  edits: readonly Replacement[],
): ByteSplice[] {
  const plain: FileEncoding = { ...file, bom: false };
  let at = bomLength(file);
  let done = 0;
  return [...edits]
    .sort((a, b) => a.start - b.start)
    .map(({ start, end, newText }) => {
      at += encodeText(text.slice(done, start), plain).length;
      done = end;
      const removed = encodeText(text.slice(start, end), plain);
      const splice = { at, removed, inserted: encodeText(newText, plain) };
      at += removed.length;
      return splice;
    });
}

/** One splice that turns `before` into `after`; none if they are equal. */
export function spliceBetween(before: Uint8Array, after: Uint8Array): ByteSplice[] {
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (same < shorter && before[same] === after[same]) same++;
  if (same === before.length && same === after.length) return [];
  let tail = 0;
  while (
    tail < shorter - same &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail++;
  }
  const removed = before.slice(same, before.length - tail);
  return [{ at: same, removed, inserted: after.slice(same, after.length - tail) }];
}

/** The bytes after some splices, sorted by place. */
export function spliced(bytes: Uint8Array, splices: readonly ByteSplice[]): Uint8Array {
  const growth = splices.reduce(
    (sum, { removed, inserted }) => sum + inserted.length - removed.length,
    0,
  );
  const out = new Uint8Array(bytes.length + growth);
  let read = 0;
  let written = 0;
  const put = (part: Uint8Array): void => {
    out.set(part, written);
    written += part.length;
  };
  for (const { at, removed, inserted } of splices) {
    put(bytes.subarray(read, at));
    put(inserted);
    read = at + removed.length;
  }
  put(bytes.subarray(read));
  return out;
}

/** The splices that undo others. */
export function inverted(splices: readonly ByteSplice[]): ByteSplice[] {
  let shift = 0;
  return splices.map(({ at, removed, inserted }) => {
    const inverse = { at: at + shift, removed: inserted, inserted: removed };
    shift += inserted.length - removed.length;
    return inverse;
  });
}

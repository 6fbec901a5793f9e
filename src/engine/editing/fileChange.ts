import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { toDatasetPath } from '../../core/dataset/paths.ts';
import { creationDiff, renameDiff, unifiedDiff } from '../../core/export/unifiedDiff.ts';
import { inOrder } from '../../core/formats/applyEdits.ts';
import type { TextEdit } from '../../core/formats/captionFormat.ts';
import { type ByteSplice, spliceBetween, splicesOf } from '../../core/text/byteSplices.ts';
import { decodedFile } from '../../core/text/decodeText.ts';
import { plainUtf8 } from '../../core/text/reencode.ts';
import {
  bomLength,
  decodeLeniently,
  encodeText,
  sniffEncoding,
} from '../../core/text/textEncoding.ts';

/** A change of one file below the opened folder, with the bytes that it was computed for. Paths are relative to it. */
export type FileChange =
  | {
      readonly kind: 'write';
      readonly file: DatasetPath;
      readonly before: Uint8Array;
      readonly splices: readonly ByteSplice[];
      /** The change as text, for the diff. */
      readonly text: string;
      readonly edits: readonly TextEdit[];
    }
  | {
      readonly kind: 'rename';
      readonly from: DatasetPath;
      readonly to: DatasetPath;
      /** Undefined if whatever the file holds is to be moved, as an image. */
      readonly before: Uint8Array | undefined;
    }
  | {
      readonly kind: 'create';
      readonly file: DatasetPath;
      readonly content: Uint8Array;
    };

/** @throws PairLensError `unsupported-format` if the bytes are neither UTF-8 nor UTF-16; `invalid-argument` for edits that overlap or lie outside. */
export function editChange(
  folder: string,
  path: string,
  before: Uint8Array,
  edits: readonly TextEdit[],
): FileChange {
  const decoded = decodedFile(path, before);
  const sorted = inOrder(edits, decoded.text, path);
  return {
    kind: 'write',
    file: fileIn(folder, path),
    before,
    splices: splicesOf(decoded.text, decoded, sorted),
    ...marked(decoded.text, sorted, decoded.bom),
  };
}

/** A change of a file's encoding: its lines are the same, as far as they can be read. */
export function encodingChange(
  folder: string,
  path: string,
  before: Uint8Array,
  after: Uint8Array,
): FileChange {
  const text = lenient(before);
  return {
    kind: 'write',
    file: fileIn(folder, path),
    before,
    splices: spliceBetween(before, after),
    text,
    edits: lineEdits(text, lenient(after)),
  };
}

/** The same text as UTF-8 without a byte order mark. @throws PairLensError `unsupported-format`. */
export function plainUtf8Change(folder: string, path: string, before: Uint8Array): FileChange {
  return encodingChange(folder, path, before, plainUtf8(before, path));
}

/** A new file of text, as UTF-8. */
export function creation(folder: string, path: string, text: string): FileChange {
  const content = encodeText(text, { encoding: 'utf-8', bom: false });
  return { kind: 'create', file: fileIn(folder, path), content };
}

/** Whether the change leaves everything as it is. */
export function changesNothing(change: FileChange): boolean {
  if (change.kind === 'create') return false;
  if (change.kind === 'rename') return change.from === change.to;
  return change.splices.every(
    ({ removed, inserted }) =>
      removed.length === inserted.length && removed.every((byte, b) => byte === inserted[b]),
  );
}

/** As a unified diff. */
export function diffOf(change: FileChange): string {
  switch (change.kind) {
    case 'rename':
      return renameDiff(change.from, change.to);
    case 'create':
      return creationDiff(change.file, lenient(change.content));
    case 'write':
      return unifiedDiff(change.file, change.text, change.edits);
  }
}

export function fileIn(folder: string, path: string): DatasetPath {
  return toDatasetPath(folder, path) ?? path;
}

/** With the byte order mark as a character, as a diff has it. */
function marked(
  text: string,
  edits: readonly TextEdit[],
  bom: boolean,
): { readonly text: string; readonly edits: readonly TextEdit[] } {
  if (!bom) return { text, edits };
  return {
    text: `\uFEFF${text}`,
    edits: edits.map(({ start, end, newText }) => ({ start: start + 1, end: end + 1, newText })),
  };
}

function lenient(bytes: Uint8Array): string {
  const file = sniffEncoding(bytes);
  const text = decodeLeniently(bytes.subarray(bomLength(file)), file.encoding);
  return file.bom ? `\uFEFF${text}` : text;
}

/** The lines that differ between two texts with the same number of lines. */
function lineEdits(before: string, after: string): TextEdit[] {
  const now = after.split(/(?<=\n)/u);
  let start = 0;
  return before.split(/(?<=\n)/u).flatMap((line, n) => {
    const edit = { start, end: start + line.length, newText: now[n] ?? '' };
    start = edit.end;
    return line === edit.newText ? [] : [edit];
  });
}

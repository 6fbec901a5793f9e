import { folderOf } from '../dataset/paths.ts';
import type { TextEdit } from './captionFormat.ts';
import { captionColumn, IMAGE_NAMES } from './columnNames.ts';
import { jsonLike } from './jsonRows.ts';

/** The last object of a list at the end of the text, with the characters before it. */
const LAST_ENTRY = /(\[|,)(\s*)(\{[^{}]*\})(\s*)\]\s*$/;

/**
 * The edit that appends an entry to a list, with the names and style of the last one. Undefined if the last entry cannot
 * be used as template: it contains other objects, or its image is in another folder.
 */
export function appendJsonEntry(
  text: string,
  { image, caption }: { readonly image: string; readonly caption: string },
): TextEdit | undefined {
  const [, , lead, entry, tail] = LAST_ENTRY.exec(text) ?? [];
  const model = entry === undefined ? undefined : objectOf(entry);
  if (lead === undefined || entry === undefined || tail === undefined || model === undefined) {
    return undefined;
  }
  const imageKey = IMAGE_NAMES.find((key) => typeof model[key] === 'string');
  const captionKey = captionColumn(Object.keys(model));
  if (imageKey === undefined || captionKey === undefined) return undefined;
  // The trainer joins names with its own root folder, which only other rows of the folder show.
  if (folderOf(String(model[imageKey])) !== folderOf(image)) return undefined;
  const fields: Readonly<Record<string, unknown>> = {
    [imageKey]: image,
    [captionKey]: Array.isArray(model[captionKey]) ? [caption] : caption,
  };
  const at = text.length - (/\s*\]\s*$/.exec(text)?.[0].length ?? 0);
  const indent = /\n([ \t]*)"/.exec(entry)?.[1];
  const outer = /\n([ \t]*)\}$/.exec(entry)?.[1] ?? '';
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const spaced = /"\s*:\s/.test(entry);
  const parts = Object.entries(fields).map(
    ([key, value]) => `${JSON.stringify(key)}:${spaced ? ' ' : ''}${JSON.stringify(value)}`,
  );
  const written =
    indent === undefined
      ? `{${parts.join(spaced ? ', ' : ',')}}`
      : `{${lineEnd}${parts.map((part) => indent + part).join(`,${lineEnd}`)}${lineEnd}${outer}}`;
  return { start: at, end: at, newText: `,${lead}${jsonLike(text, written)}` };
}

function objectOf(entry: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(entry) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

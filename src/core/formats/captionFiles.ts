import { baseName } from '../dataset/paths.ts';
import { extensionOf } from '../dataset/fileKinds.ts';
import type { Problem } from '../dataset/problem.ts';
import { sniffEncoding, decodeLeniently, bomLength } from '../text/textEncoding.ts';
import { describeUnread } from './unreadTable.ts';
import { FileHead } from './fileHead.ts';
import type { CaptionFormat } from './captionFormat.ts';
import { CAPTION_FORMATS, captionFormat, detectFormat } from './formatTable.ts';
import { literally } from '../text/literally.ts';

/*
 * File names of caption files, derived from the formats. Used by discovery, watchers, globs, document selectors and the
 * manifest.
 */

const extensionsOf = (formats: readonly CaptionFormat[]): readonly string[] => [
  ...new Set(formats.flatMap(({ files }) => files.extensions)),
];

const TABLES = CAPTION_FORMATS.filter(({ layout }) => layout === 'table');

/** Extensions of sidecar files, the preferred one first. */
export const SIDECAR_EXTENSIONS = extensionsOf(
  CAPTION_FORMATS.filter(({ layout }) => layout === 'sidecar'),
);

/** Extensions of files that are sidecars only of images without another caption. */
export const BESIDE_EXTENSIONS: readonly string[] = [
  ...new Set(CAPTION_FORMATS.flatMap(({ files }) => files.besideImages ?? [])),
];

/** Extensions that only tables have. */
export const TABLE_EXTENSIONS = extensionsOf(TABLES).filter(
  (extension) => !SIDECAR_EXTENSIONS.includes(extension),
);

/** Extensions of caption files, regardless of other files. */
export const OWN_EXTENSIONS: readonly string[] = [...SIDECAR_EXTENSIONS, ...TABLE_EXTENSIONS];

export const CAPTION_EXTENSIONS: readonly string[] = [
  ...new Set([...OWN_EXTENSIONS, ...BESIDE_EXTENSIONS]),
];

/** Extensions of caption files that are texts, which an editor opens. */
export const TEXT_EXTENSIONS: readonly string[] = CAPTION_EXTENSIONS.filter((extension) =>
  CAPTION_FORMATS.some(
    ({ files, isBinary }) =>
      isBinary !== true && [...files.extensions, ...(files.besideImages ?? [])].includes(extension),
  ),
);

/** The format of a sidecar file; undefined for text, which is `sidecar` or `sidecarLines`. */
export function structuredSidecar(path: string): CaptionFormat | undefined {
  const extension = extensionOf(path);
  return CAPTION_FORMATS.find(
    (format) =>
      format.readSidecar !== undefined && format.files.besideImages?.includes(extension) === true,
  );
}

/** Usual names of tables, as lower-case patterns with `*`. */
export const TABLE_NAMES: readonly string[] = [
  ...new Set(TABLES.flatMap(({ files }) => files.names ?? [])),
];

const NAMED_LIKE_SIDECARS = TABLE_NAMES.filter((name) =>
  SIDECAR_EXTENSIONS.includes(extensionOf(name)),
).map(patternOf);

/** Whether a file with a sidecar extension has the name of a table. */
export function isNamedLikeTable(path: string): boolean {
  const name = baseName(path).toLowerCase();
  return NAMED_LIKE_SIDECARS.some((pattern) => pattern.test(name));
}

/** Whether a problem is a caption file that belongs to no image: a sidecar as a whole. */
export function isLoneCaption({
  code,
  file,
  image,
  range,
  related = [],
}: Pick<Problem, 'code' | 'file' | 'image' | 'range' | 'related'>): boolean {
  return (
    code === 'missing-image' &&
    image === undefined &&
    range === undefined &&
    related.length === 0 &&
    SIDECAR_EXTENSIONS.includes(extensionOf(file))
  );
}

/** Whether this format has one file beside each image. */
export function isSidecarFormat(id: string): boolean {
  return captionFormat(id).layout === 'sidecar';
}

/** Whether this format has one file for many images. */
export function isTableFormat(id: string): boolean {
  return captionFormat(id).layout === 'table';
}

/** Whether a file is a table of captions by its name and first bytes, or names images and texts of unclear columns. */
export function mayHoldCaptions(name: string, bytes: Uint8Array): boolean {
  const file = sniffEncoding(bytes);
  const text = decodeLeniently(bytes.subarray(bomLength(file)), file.encoding);
  const head = new FileHead(name, text);
  return detectFormat(head) !== undefined || describeUnread(head)?.columns !== undefined;
}

function patternOf(name: string): RegExp {
  const parts = name.split('*').map(literally);
  return new RegExp(`^${parts.join('.*')}$`);
}

import { baseName } from '../dataset/paths.ts';
import { extensionOf } from '../dataset/fileKinds.ts';
import { sniffEncoding, decodeLeniently, bomLength } from '../text/textEncoding.ts';
import { FileHead } from './fileHead.ts';
import type { CaptionFormat } from './captionFormat.ts';
import { CAPTION_FORMATS, captionFormat, detectFormat } from './formatTable.ts';

/*
 * What caption files look like, as the formats describe it. Discovery, watchers, globs, document selectors and the
 * manifest all ask here.
 */

const extensionsOf = (formats: readonly CaptionFormat[]): readonly string[] => [
  ...new Set(formats.flatMap(({ files }) => files.extensions)),
];

const TABLES = CAPTION_FORMATS.filter(({ layout }) => layout === 'table');

/** Extensions of caption files beside their images, the one to prefer first. */
export const SIDECAR_EXTENSIONS = extensionsOf(
  CAPTION_FORMATS.filter(({ layout }) => layout === 'sidecar'),
);

/** Extensions of files that are captions where they lie beside images without another one. */
export const BESIDE_EXTENSIONS: readonly string[] = [
  ...new Set(CAPTION_FORMATS.flatMap(({ files }) => files.besideImages ?? [])),
];

/** Extensions that only files for many images have. */
export const TABLE_EXTENSIONS = extensionsOf(TABLES).filter(
  (extension) => !SIDECAR_EXTENSIONS.includes(extension),
);

/** Extensions that are those of caption files wherever they lie. */
export const OWN_EXTENSIONS: readonly string[] = [...SIDECAR_EXTENSIONS, ...TABLE_EXTENSIONS];

export const CAPTION_EXTENSIONS: readonly string[] = [
  ...new Set([...OWN_EXTENSIONS, ...BESIDE_EXTENSIONS]),
];

/** The format of a file beside an image; undefined for text, which is of `sidecar` or `sidecarLines`. */
export function structuredSidecar(path: string): CaptionFormat | undefined {
  const extension = extensionOf(path);
  return CAPTION_FORMATS.find(
    (format) =>
      format.readSidecar !== undefined && format.files.besideImages?.includes(extension) === true,
  );
}

/** Names that files for many images usually have, as patterns with `*` in lower case. */
export const TABLE_NAMES: readonly string[] = [
  ...new Set(TABLES.flatMap(({ files }) => files.names ?? [])),
];

const NAMED_LIKE_SIDECARS = TABLE_NAMES.filter((name) =>
  SIDECAR_EXTENSIONS.includes(extensionOf(name)),
).map(patternOf);

/** Whether a file with the extension of a sidecar bears the name of a file for many images. */
export function isNamedLikeTable(path: string): boolean {
  const name = baseName(path).toLowerCase();
  return NAMED_LIKE_SIDECARS.some((pattern) => pattern.test(name));
}

/** Whether captions of this format lie in a file of their own beside each image. */
export function isSidecarFormat(id: string): boolean {
  return captionFormat(id).layout === 'sidecar';
}

/** The format of a file for many images, by its name and first bytes; undefined for a file without captions. */
export function detectInBytes(name: string, head: Uint8Array): CaptionFormat | undefined {
  const file = sniffEncoding(head);
  return detectFormat(
    new FileHead(name, decodeLeniently(head.subarray(bomLength(file)), file.encoding)),
  );
}

function patternOf(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

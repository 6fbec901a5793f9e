import { ARCHIVE_EXTENSIONS } from '../core/dataset/archivePaths.ts';
import { IMAGE_EXTENSIONS } from '../core/dataset/fileKinds.ts';
import {
  BESIDE_EXTENSIONS,
  SIDECAR_EXTENSIONS,
  TABLE_EXTENSIONS,
  TABLE_NAMES,
  TEXT_EXTENSIONS,
} from '../core/formats/captionFiles.ts';

/*
 * VS Code globs for the files of a dataset, derived from the formats. package.json repeats some of them, as
 * test/contract/manifest.test.ts checks.
 */

/** Extensions in lower and upper case: globs are case-sensitive on most file systems, and cameras use capitals. */
function ofExtensions(extensions: Iterable<string>): string {
  return [...extensions].flatMap((extension) => [extension, extension.toUpperCase()]).join(',');
}

export const IMAGE_GLOB = `**/*.{${ofExtensions(IMAGE_EXTENSIONS)}}`;
/** Files that are captions where they bear the name of an image. */
export const SIDECAR_GLOB = `**/*.{${ofExtensions([...SIDECAR_EXTENSIONS, ...BESIDE_EXTENSIONS])}}`;
/** Caption tables with their usual names, for a fast search. */
export const TABLE_NAME_GLOB = `**/{${TABLE_NAMES.join(',')}}`;
/** Files that may be caption tables; their content decides. */
export const TABLE_GLOB = `**/*.{${TABLE_EXTENSIONS.filter((extension) => !ARCHIVE_EXTENSIONS.includes(extension)).join(',')}}`;
/** Archives, which may hold images and captions; the server looks into them. */
export const ARCHIVE_GLOB = `**/*.{${ofExtensions(ARCHIVE_EXTENSIONS)}}`;
/** Texts that may contain captions. */
export const CAPTION_GLOB = `**/*.{${ofExtensions(TEXT_EXTENSIONS)}}`;

/** For `when` clauses: `resourceExtname =~ ...`. */
export const IMAGE_PATTERN = `/^\\.(${[...IMAGE_EXTENSIONS].join('|')})$/i`;
export const CAPTION_PATTERN = `/^\\.(${TEXT_EXTENSIONS.join('|')})$/i`;

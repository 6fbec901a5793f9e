import { IMAGE_EXTENSIONS } from '../core/dataset/fileKinds.ts';
import {
  CAPTION_EXTENSIONS,
  SIDECAR_EXTENSIONS,
  TABLE_EXTENSIONS,
  TABLE_NAMES,
} from '../core/formats/captionFiles.ts';

/*
 * Globs of VS Code for the files that make a dataset, from what the formats say of their files. package.json repeats some of
 * them; test/contract/manifest.test.ts compares.
 */

/** Extensions are matched by case on most file systems: cameras write them in capitals. */
function ofExtensions(extensions: Iterable<string>): string {
  return [...extensions].flatMap((extension) => [extension, extension.toUpperCase()]).join(',');
}

export const IMAGE_GLOB = `**/*.{${ofExtensions(IMAGE_EXTENSIONS)}}`;
export const SIDECAR_GLOB = `**/*.{${ofExtensions(SIDECAR_EXTENSIONS)}}`;
/** Caption files for many images by their usual names: found fast, whatever else lies in the folder. */
export const TABLE_NAME_GLOB = `**/{${TABLE_NAMES.join(',')}}`;
/** Files that may hold captions of many images; what is in them tells. */
export const TABLE_GLOB = `**/*.{${TABLE_EXTENSIONS.join(',')}}`;
/** Documents that may hold captions. */
export const CAPTION_GLOB = `**/*.{${ofExtensions(CAPTION_EXTENSIONS)}}`;

/** For `when` clauses: `resourceExtname =~ ...`. */
export const IMAGE_PATTERN = `/^\\.(${[...IMAGE_EXTENSIONS].join('|')})$/i`;
export const CAPTION_PATTERN = `/^\\.(${CAPTION_EXTENSIONS.join('|')})$/i`;

import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { extensionOf } from '../../core/dataset/fileKinds.ts';
import { baseName } from '../../core/dataset/paths.ts';
import { structuredSidecar } from '../../core/formats/captionFiles.ts';
import { holdsNumbers } from '../../core/formats/sidecar.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { UnreadFile } from './unreadFiles.ts';

/*
 * What a file with the name of an image contains, by its text.
 */

/** `prose` may be a caption in a form that is not read; `numbers` are labels. */
export type SidecarContent = 'captions' | 'prose' | 'numbers' | 'blank' | 'other';

export function sidecarContent(file: DatasetPath, text: string): SidecarContent {
  if (text.trim() === '') return 'blank';
  if (MARKUP_EXTENSIONS.includes(extensionOf(file))) {
    return DESCRIBED_IN_XML.test(text) ? 'prose' : 'other';
  }
  const structured = structuredSidecar(file)?.readSidecar?.(text, baseName(file));
  if (structured === undefined) {
    if (holdsNumbers(text)) return 'numbers';
    return looksLikeText(text) ? 'captions' : MARKED_UP.test(text) ? 'prose' : 'other';
  }
  if (structured.captions.length > 0) return 'captions';
  const mayDescribe = MAY_DESCRIBE.test(text) && !SHAPES.test(text);
  return structured.flaw === undefined && mayDescribe ? 'prose' : 'other';
}

/** Tags (`tags`, `tag_string` of boorus), or a string of four words and more. */
const MAY_DESCRIBE = /"(?:tags?|keywords|tag_string\w*)"\s*:|"[^"\s]+(?:\s+[^"\s]+){3,}"/i;
/** Outlines of objects with their labels (labelme). */
const SHAPES = /"shapes"\s*:\s*\[/;

/** Flickr30k Entities: `[/EN#1/people A man] looks at [/EN#2/other a sign]`. */
const MARKED_UP = /\[\/\w+#\d+\/\S*\s[^\]]+\]/;

/** What a file with `prose` is said to be. */
export function proseWords(file: DatasetPath): Pick<UnreadFile, 'what' | 'remedy'> {
  if (MARKUP_EXTENSIONS.includes(extensionOf(file))) return MARKUP;
  return structuredSidecar(file) === undefined ? PHRASES : UNKNOWN_PROPERTIES;
}

const PHRASES = {
  what: sentence(
    'it bears the name of an image and has captions with marked phrases, which are not read',
  ),
  remedy: sentence('Write the captions without the marks.'),
};

const UNKNOWN_PROPERTIES = {
  what: sentence('it bears the name of an image; none of its properties is known as a caption'),
  remedy: sentence('Write each caption into a .txt file beside its image.'),
};

const MARKUP = {
  what: sentence('it bears the name of an image and has a description in XML, which is not read'),
  remedy: sentence('Write each caption into a .txt file beside its image.'),
};

/** Metadata of Lightroom and others, and annotation tools. */
const MARKUP_EXTENSIONS: readonly string[] = ['xml', 'xmp'];

/** An element named like a caption with four words and more, perhaps inside others, as XMP's `dc:description`. */
const DESCRIBED_IN_XML =
  /<(?:\w+:)?(?:caption|description|text|title|prompt|sentence|comment|alt)\b[^>]*>\s*(?:<[^/>][^>]*>\s*)*[^<>\s]+(?:\s+[^<>\s]+){3,}/i;

/** Whether a text is words and not markup, code, or box coordinates. */
function looksLikeText(text: string): boolean {
  const start = text.trimStart();
  if (/^(?:[<{[]|#!|%PDF|---\s)/.test(start)) return false;
  const [line = ''] = start.split('\n', 1);
  return /\p{L}{2}/u.test(line) && !/^[-+\d.,;\s]+$/.test(line);
}

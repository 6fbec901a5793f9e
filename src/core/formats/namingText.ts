import { extensionOf, IMAGE_EXTENSIONS } from '../dataset/fileKinds.ts';
import { sentence } from '../text/sentence.ts';
import { type ImageNames, namesImage } from './columnNames.ts';
import type { FileHead } from './fileHead.ts';
import type { JsonNode } from './jsonTree.ts';
import type { UnreadTable } from './unreadTable.ts';

/*
 * Files in a form that is not read, told by what they contain: names of images and texts.
 */

/** Smallest number of images that such a file names. */
const LEAST_NAMES = 3;
/** Smallest number of words of a text that may be a caption. */
const LEAST_WORDS = 4;

const REMEDY = sentence(
  'Write it as a list of objects with "image" and "caption" in a .json file, or as a table with these columns.',
);

/** A JSON document of any form with names of images and texts, such as one list of names and another of captions. */
export function describeNamingJson({ json, images }: FileHead): UnreadTable | undefined {
  if (json === undefined) return undefined;
  const strings = stringsIn(json);
  const names = distinct(strings.filter((text) => namesImage(text, images)));
  const texts = distinct(strings.filter(isText));
  const addresses = strings.filter((text) => PICTURE_ADDRESS.test(text));
  if (names.length === 0 && addresses.length >= LEAST_NAMES) {
    return texts.length < addresses.length / 2
      ? undefined
      : {
          what: sentence('it names pictures by their addresses'),
          remedy: sentence('Download the pictures, and name each by its file instead.'),
          names,
        };
  }
  if (names.length < LEAST_NAMES || texts.length < names.length / 2) return undefined;
  const what = sentence('it names images and has texts, in a form that is not read');
  return { what, remedy: REMEDY, names };
}

/** JSON in a .txt, which trainers and PairLens take for lines of text. */
export function describeJsonText({ name, text, images }: FileHead): UnreadTable | undefined {
  if (extensionOf(name) !== 'txt' || !/^\s*[[{]/.test(text)) return undefined;
  const names = namesIn(text, images);
  if (names.length === 0) return undefined;
  return {
    what: sentence('it names images in JSON, which is not read from a .txt'),
    remedy: sentence('Rename it to .json, or to .jsonl if each line is an object.'),
    names,
  };
}

/** Quoted image names in invalid JSON. */
export function namesIn(text: string, images?: ImageNames): string[] {
  const quotedTexts = [...text.matchAll(/(["'])((?:(?!\1)[^\\\n]){1,300})\1/g)].map(
    ([, , name = '']) => name,
  );
  return distinct(quotedTexts.filter((name) => namesImage(name, images)));
}

/** A text in another language, such as XML, YAML or Markdown, with names of images and words for each. */
export function describeNamingText({ text, images }: FileHead): UnreadTable | undefined {
  const names = distinct(
    [...text.matchAll(IMAGE_NAME)]
      .map(([name]) => name)
      .filter((name) => images?.isNamed(name) === true),
  );
  const words =
    text
      .replace(/<\/?[\w:-]+|[\w:-]+=/g, ' ')
      .replace(IMAGE_NAME, ' ')
      .match(WORD) ?? [];
  if (names.length < LEAST_NAMES || words.length < LEAST_WORDS * names.length) return undefined;
  const what = sentence('a text with names of images, in a form that is not read');
  return { what, remedy: REMEDY, names };
}

const IMAGE_NAME = new RegExp(
  `[^\\s"'<>|,;:()[\\]{}=]+\\.(?:${[...IMAGE_EXTENSIONS].join('|')})\\b`,
  'gi',
);
const WORD = /\p{L}{2,}/gu;
const PICTURE_ADDRESS = new RegExp(`^https?://\\S+\\.(?:${[...IMAGE_EXTENSIONS].join('|')})$`, 'i');

function isText(text: string): boolean {
  return (
    text.trim().split(/\s+|(?=\p{Script=Han})/u).length >= LEAST_WORDS && /\p{L}{2}/u.test(text)
  );
}

/** All strings in a value, and the names of its properties. */
function stringsIn(node: JsonNode): readonly string[] {
  if (node.type === 'string') return [String(node.value)];
  const fields = [...(node.fields ?? [])];
  return [
    ...(node.items ?? []).flatMap(stringsIn),
    ...fields.flatMap(([name, value]) => [name, ...stringsIn(value)]),
  ];
}

function distinct(items: readonly string[]): string[] {
  return [...new Set(items)];
}

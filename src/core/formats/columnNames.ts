import { extensionOf, isImageName } from '../dataset/fileKinds.ts';
import { baseName } from '../dataset/paths.ts';

/*
 * What tools call the image and the caption of a row: properties of JSON objects and columns of tables alike. The usual
 * names first; the order decides where several are there.
 */

/** kohya, musubi-tuner, open_clip, DiffSynth, BLIP, LLaVA, Hugging Face and others. */
export const IMAGE_NAMES = [
  ...['image', 'image_path', 'file_name', 'filename', 'filepath', 'path', 'image_name', 'img'],
  ...['img_path', 'image_file', 'image_filename', 'img_name', 'img_file', 'file_path', 'imagepath'],
  ...['images', 'image_paths', 'picture', 'photo', 'target', 'target_image'],
];

/** Names that many other things bear too: taken only where they name images. */
const WEAK_IMAGE_NAMES = [
  ...['file', 'name', 'image_id', 'img_id', 'imgid', 'imageid', 'id', 'key', 'uid', 'source'],
];

/** Hugging Face sets, open_clip (`title`), LLaVA and others. */
const CAPTION_NAMES = [
  ...['text', 'caption', 'captions', 'prompt', 'description', 'sentence', 'sentences', 'title'],
  ...['texts', 'prompts', 'descriptions', 'alt_text', 'alt', 'raw_caption', 'gt_caption'],
  ...['long_caption', 'short_caption', 'detailed_caption', 'image_caption', 'text_prompt'],
  ...['comment', 'txt', 'tags', 'report', 'impression'],
];

/** `caption_1`, `caption2`, `sentence 3`: one caption each. */
const NUMBERED_CAPTION = /^(?:captions?|text|sentence|description|prompt|comment)[ _-]?\d+$/;
/** `caption_en`, `blip_caption`. */
const CAPTION_LIKE = /^caption[ _-]|[ _-](?:caption|captions|prompt|description)$/;

const folded = (name: string): string => name.trim().toLowerCase();

function firstNamed(columns: readonly string[], names: readonly string[]): string | undefined {
  const known = columns.map(folded);
  for (const wanted of names) {
    const at = known.indexOf(wanted);
    if (at >= 0) return columns[at];
  }
  return undefined;
}

/** The column that holds the caption, or undefined. Case is ignored. */
export function captionColumn(columns: readonly string[]): string | undefined {
  return (
    firstNamed(columns, CAPTION_NAMES) ??
    columns.find((column) => CAPTION_LIKE.test(folded(column)))
  );
}

/** The columns that hold captions: one, or several that are numbered. */
export function captionColumns(columns: readonly string[]): readonly string[] {
  const numbered = columns.filter((column) => NUMBERED_CAPTION.test(folded(column)));
  if (numbered.length > 1) return numbered;
  const only = captionColumn(columns) ?? numbered[0];
  return only === undefined ? [] : [only];
}

/** The columns that may hold the name of the image, the likeliest first. */
export function imageColumns(columns: readonly string[]): readonly string[] {
  const known = columns.map(folded);
  return [...IMAGE_NAMES, ...WEAK_IMAGE_NAMES].flatMap((wanted) => {
    return columns[known.indexOf(wanted)] ?? [];
  });
}

/** Whether a column is called as those of images are, whatever stands in it. */
export function isNamedForImages(column: string): boolean {
  return IMAGE_NAMES.includes(folded(column));
}

/** The images of the folder that a caption file lies in, by their names. */
export interface ImageNames {
  /** Whether an image has this name: with or without its folder and extension. */
  isNamed(written: string): boolean;
}

/** Whether a written value names a picture: by its extension, or because there is one of that name. */
export function namesImage(written: string, images?: ImageNames): boolean {
  const name = written.trim();
  if (name === '' || name.length > 1024 || /[\n\t]/.test(name)) return false;
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(name) && !/^file:/i.test(name)) return false;
  const plain = baseName(name.replaceAll('\\', '/'));
  return (extensionOf(plain) !== '' && isImageName(plain)) || images?.isNamed(name) === true;
}

/** Whether a text may be a caption: words, not a number, an address or the name of a file. */
export function readsLikeCaption(text: string): boolean {
  const words = text.trim();
  if (!/\p{L}{2}/u.test(words)) return false;
  if (/^[a-z][a-z0-9+.-]+:\/\/\S*$/i.test(words)) return false;
  // Chinese and Japanese are written without spaces.
  return (
    /\s/.test(words) || /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{2}/u.test(words)
  );
}

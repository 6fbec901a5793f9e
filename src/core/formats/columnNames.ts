import { extensionOf, isImageName } from '../dataset/fileKinds.ts';
import { baseName } from '../dataset/paths.ts';

/*
 * Names of the image and the caption of a row, for JSON properties and table columns. Ordered by preference, if a row has
 * several.
 */

/** kohya, musubi-tuner, open_clip, DiffSynth, BLIP, LLaVA, Hugging Face and others. */
export const IMAGE_NAMES = [
  ...['image', 'image_path', 'file_name', 'filename', 'filepath', 'path', 'image_name', 'img'],
  ...['img_path', 'image_file', 'image_filename', 'img_name', 'img_file', 'file_path', 'imagepath'],
  ...['images', 'image_paths', 'picture', 'photo', 'target', 'target_image', 'image_path_0'],
];

/** Ambiguous names, used only if their values are image names. */
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
/** Prompts that describe no image: what it must not show, how it is changed, what a model is told. */
const NO_CAPTION = /^(?:negative|edit|editing|system)_/;

/** Titles, comments and tags stand beside captions without being meant. */
const CALLED_CAPTION = new Set(['text', 'caption', 'captions', 'prompt', 'description']);

/** What Karpathy's sentences have beside their text, which is `raw`. */
const SENTENCE_FACTS = new Set(['tokens', 'sentid', 'sentids']);

/** Columns of sets of questions: the text beside them is a question or an answer. */
const QUESTION_NAMES = new Set(['question', 'questions', 'question_id', 'questionid']);
const NAMED_CAPTION = /caption|descri/;

/** "Image Path" and "image-path" are `image_path`. */
const folded = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');

function firstNamed(columns: readonly string[], names: readonly string[]): string | undefined {
  const known = columns.map(folded);
  for (const wanted of names) {
    const at = known.indexOf(wanted);
    if (at >= 0) return columns[at];
  }
  return undefined;
}

/** Whether the rows are questions about images. */
export function asksQuestions(columns: readonly string[]): boolean {
  return columns.some((column) => QUESTION_NAMES.has(folded(column)));
}

/** The caption column, if any; case-insensitive. */
export function captionColumn(columns: readonly string[]): string | undefined {
  if (asksQuestions(columns)) columns = columns.filter((name) => NAMED_CAPTION.test(folded(name)));
  return (
    firstNamed(columns, CAPTION_NAMES) ??
    columns.find(
      (column) => CAPTION_LIKE.test(folded(column)) && !NO_CAPTION.test(folded(column)),
    ) ??
    (columns.some((column) => SENTENCE_FACTS.has(folded(column)))
      ? firstNamed(columns, ['raw'])
      : undefined)
  );
}

/** The caption columns: one, or several numbered ones. */
export function captionColumns(columns: readonly string[]): readonly string[] {
  const numbered = columns.filter((column) => NUMBERED_CAPTION.test(folded(column)));
  if (numbered.length > 1) return numbered;
  const only = captionColumn(columns) ?? numbered[0];
  return only === undefined ? [] : [only];
}

/** Whether a column is called a caption, a text or a prompt of the image. */
export function isNamedForCaptions(column: string): boolean {
  const name = folded(column);
  return (
    (CALLED_CAPTION.has(name) || CAPTION_LIKE.test(name) || NUMBERED_CAPTION.test(name)) &&
    !NO_CAPTION.test(name)
  );
}

/** Possible image columns, the most likely first. */
export function imageColumns(columns: readonly string[]): readonly string[] {
  const known = columns.map(folded);
  return [...IMAGE_NAMES, ...WEAK_IMAGE_NAMES].flatMap((wanted) => {
    return columns[known.indexOf(wanted)] ?? [];
  });
}

/** Whether a column has the name of an image column. */
export function isNamedForImages(column: string): boolean {
  return IMAGE_NAMES.includes(folded(column));
}

/** Image names in the folder of a caption file. */
export interface ImageNames {
  /** Whether an image has this name, with or without its folder and extension. */
  isNamed(written: string): boolean;
  /** Whether an image has this number, an ID, at the end of its name: `57870` is `COCO_val2014_000000057870.jpg`. */
  isNumbered(id: string): boolean;
}

/** Names of columns with IDs, whose numbers may be those in the names of the images. */
const ID_NAMES = ['image_id', 'img_id', 'imgid', 'imageid', 'id'];

/** Whether a value of a column identifies an image: by its name, or by its number if the column is one of IDs. */
export function identifiesImage(column: string, written: string, images?: ImageNames): boolean {
  return (
    namesImage(written, images) ||
    (ID_NAMES.includes(folded(column)) && images?.isNumbered(written) === true)
  );
}

/** Whether a value is an image name: by its extension, or because such an image exists. */
export function namesImage(written: string, images?: ImageNames): boolean {
  const name = written.trim();
  if (name === '' || name.length > 1024 || /[\n\t]/.test(name)) return false;
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(name) && !/^file:/i.test(name)) return false;
  const plain = baseName(name.replaceAll('\\', '/'));
  return (extensionOf(plain) !== '' && isImageName(plain)) || images?.isNamed(name) === true;
}

/** Whether a text may be a caption: words, not a number, a URL or a file name. */
export function readsLikeCaption(text: string): boolean {
  const words = text.trim();
  if (!/\p{L}{2}/u.test(words)) return false;
  if (/^[a-z][a-z0-9+.-]+:\/\/\S*$/i.test(words)) return false;
  // Chinese and Japanese have no spaces between words.
  return (
    /\s/.test(words) || /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{2}/u.test(words)
  );
}

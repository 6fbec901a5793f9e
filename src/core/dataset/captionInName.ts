import type { DatasetPath } from './dataset.ts';
import { stemOf } from './fileKinds.ts';
import { baseName } from './paths.ts';

/*
 * Captions that are the names of images. Generators and trainers write them with words of their own: numbers before and
 * behind them, underscores or hyphens for spaces.
 */

/** `0001 - `, `00012-3456789-` before a caption. */
const NUMBERS_BEFORE = /^[\s#([]*\d+(?:[\s_.-]+\d+)*[)\]]?(?<gap>[\s_.-]+)(?=\p{L})/u;
/** `_00012_`, ` (1)`, `-1234567` behind a caption. */
const NUMBERS_BEHIND = /(?<gap>[\s_.-]+)(?<open>[([]?)(?<number>\d+)[)\]]?[\s_.-]*$/u;
/** Identifiers that programs append: a UUID, or a hash of 16 digits and more, of which one is a letter and one a number. */
const IDENTIFIER =
  /[\s_-]*(?:[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}|(?=\d*[a-f])(?=[a-f]*\d)[\da-f]{16,})/gi;

/** Names that cameras, phones and programs give, by their first word. */
const GIVEN =
  /^(?:img|image|images|imagen|dsc[a-z]{0,2}|dcim|pxl|mvimg|pano|photo|picture|pic|screenshot|screen|whatsapp|signal|telegram|untitled|untagged|unnamed|download|scan|frame|file|copy|output|sample|gopr|dji|fb|received|collage)$/i;

/** The caption in the name of an image: its words without numbers and signs around them; undefined if it has none. */
export function captionInName(image: DatasetPath): string | undefined {
  let name = baseName(stemOf(image)).normalize('NFC').replace(IDENTIFIER, '');
  const isSpaced = name.trim().includes(' ');
  name = withoutNumbers(name, isSpaced);
  const gap = isSpaced ? /[\s_]+/g : name.includes('_') ? /_+/g : /[-+]+/g;
  const caption = name
    .replace(gap, ' ')
    .replace(/^[\s.,_-]+|[\s,_-]+$/g, '')
    .replace(/\s+/g, ' ');
  const words = wordsOf(caption);
  const [first = ''] = words;
  const isGiven = GIVEN.test(first) && words.length < CAPTION_WORDS;
  return words.length === 0 || isGiven ? undefined : caption;
}

function withoutNumbers(name: string, isSpaced: boolean): string {
  const before = NUMBERS_BEFORE.exec(name);
  const [number = ''] = /\d+/.exec(before?.[0] ?? '') ?? [];
  // "2 dogs on a beach" begins with a word.
  const isCount = (isSpaced ? before?.groups?.['gap'] === ' ' : true) && !isCounter(number);
  const rest = before === null || isCount ? name : name.slice(before[0].length);
  const behind = NUMBERS_BEHIND.exec(rest);
  if (behind === null || behind.index === 0) return rest;
  const { gap = '', open = '', number: last = '' } = behind.groups ?? {};
  // "a street in 1950" ends with a word.
  const isApart = open !== '' || isCounter(last) || (isSpaced ? gap !== ' ' : last.length < 4);
  return isApart ? rest.slice(0, behind.index) : rest;
}

/** Whether digits count files, and not things or years: a zero before them, or more than four. */
function isCounter(digits: string): boolean {
  return digits.length > 4 || (digits.length > 1 && digits.startsWith('0'));
}

function wordsOf(text: string): string[] {
  return text.split(/[\s-]+/).filter((word) => /^["'(]?\p{L}[\p{L}'’]*[,.!?)"']?$/u.test(word));
}

/** Smallest number of words of a name that reads like a caption. */
const CAPTION_WORDS = 4;
/** Smallest number of its words that the others of its folder do not share. */
const OWN_WORDS = 2;
/** Smallest number of such images in a folder. */
const NAMED_SO = 3;
/** Share of the images of a folder from which something holds for it. */
const MOST = 0.8;
/** Share of captions with an article of one thing, or a number of things. Titles and headings have fewer. */
const ONE_OR_SEVERAL = 0.4;

const COUNTED =
  /(?:^|\s)(?:a|an|one|two|three|four|five|six|several|many|some|2|3|4|5|6)\s+\p{L}{2}/iu;
const ASKS = /^(?:how|what|why|when|where|which|who|step|fig|figure|chapter|part|episode)\b/i;

/**
 * Whether the names of the images of a folder read like captions: `captions` if they are spelt as sentences are, with
 * spaces or underscores and articles; `perhaps` if they are words that could be titles or search terms as well.
 */
export function namesRead(images: readonly DatasetPath[]): 'captions' | 'perhaps' | 'no' {
  const captions = images.map((image) => captionInName(image) ?? '');
  const counts = new Map<string, number>();
  for (const word of captions.flatMap((caption) => [...new Set(wordsOf(caption))])) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const isOwn = (word: string): boolean => (counts.get(word) ?? 0) < MOST * images.length;
  const worded = captions.filter((caption) => {
    const words = wordsOf(caption);
    return words.length >= CAPTION_WORDS && words.filter(isOwn).length >= OWN_WORDS;
  });
  if (worded.length < NAMED_SO || worded.length < MOST * images.length) return 'no';
  const spelt = images.filter((image) => /[ _]/.test(baseName(stemOf(image)).trim())).length;
  const counted = worded.filter((caption) => COUNTED.test(caption)).length;
  const asking = worded.filter((caption) => ASKS.test(caption)).length;
  const areSentences =
    spelt >= MOST * images.length &&
    counted >= ONE_OR_SEVERAL * worded.length &&
    asking <= (1 - MOST) * worded.length;
  return areSentences ? 'captions' : 'perhaps';
}

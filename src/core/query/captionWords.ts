import { literally } from '../text/literally.ts';

/** Scripts without spaces between words: there a word may begin anywhere. */
const UNSPACED =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const BEFORE_WORD = String.raw`(?<![\p{L}\p{M}\p{N}])`;
const AFTER_WORD = String.raw`(?![\p{L}\p{M}\p{N}])`;

/**
 * A pattern for captions (in NFC) that have some words one after another.
 * @param last whether the last word is `whole`, or may only `begin` so
 */
export function wordsLike(text: string, last: 'whole' | 'begin'): RegExp {
  const words = text.normalize('NFC').trim();
  const pattern = words
    .split(/\s+/u)
    .map(literally)
    .join(String.raw`\s+`);
  const before = UNSPACED.test(words) || !/^[\p{L}\p{N}]/u.test(words) ? '' : BEFORE_WORD;
  const isWhole = last === 'whole' && !UNSPACED.test(words) && /[\p{L}\p{M}\p{N}]$/u.test(words);
  return new RegExp(before + pattern + (isWhole ? AFTER_WORD : ''), 'iu');
}

/** The distinct words of a caption in lower case: those that a query for the whole word finds. Not of unspaced scripts. */
export function wordsOf(caption: string): Set<string> {
  const words =
    caption
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return new Set(words.filter((word) => /^[\p{L}\p{N}]/u.test(word) && !UNSPACED.test(word)));
}

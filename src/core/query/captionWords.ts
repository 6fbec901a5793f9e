import { isContentWord } from '../text/contentWords.ts';
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
  const before = isUnspaced(words) || !/^[\p{L}\p{N}]/u.test(words) ? '' : BEFORE_WORD;
  const isWhole = last === 'whole' && !isUnspaced(words) && /[\p{L}\p{M}\p{N}]$/u.test(words);
  return new RegExp(before + pattern + (isWhole ? AFTER_WORD : ''), 'iu');
}

/**
 * The distinct words with a meaning of a caption, in lower case. A query for the whole word finds each; of a word of an unspaced script
 * it finds also the captions where other words begin or end so.
 */
export function meaningfulWords(caption: string): Set<string> {
  const runs =
    caption
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const words = new Set<string>();
  for (const run of runs) {
    if (isUnspaced(run)) {
      for (const { segment } of SEGMENTER.segment(run)) {
        if (isUnspaced(segment) && isUnspacedContent(segment)) words.add(segment);
      }
    } else if (/^[\p{L}\p{N}]/u.test(run) && isContentWord(run)) words.add(run);
  }
  return words;
}

/** Whether a word is of a script without spaces between words. */
export function isUnspaced(word: string): boolean {
  return UNSPACED.test(word);
}

/** Knows the words of Chinese, Japanese, Thai, Lao, Khmer and Burmese, whatever its locale. */
const SEGMENTER = new Intl.Segmenter('zh', { granularity: 'word' });

/** Particles and the like of Chinese and Japanese that are written with Chinese characters. */
const UNSPACED_STOP_WORDS = new Set(
  `的 了 在 是 和 有 个 一 不 与 及 或 也 都 就 着 被 把 从 到 对 向 这 那 此 其 之 上 下 中 里 内 外 前 后 左 右 旁 边 一个 一只 一条 一张 一位
  一名 一些 这个 那个 上面 下面 里面 前面 后面 旁边 正在 以及 事 物 様 者 的な`.split(/\s+/),
);

/** Hiragana alone is mostly grammar; nouns have other characters. */
function isUnspacedContent(word: string): boolean {
  return !/^[\p{Script=Hiragana}\p{M}ー]+$/u.test(word) && !UNSPACED_STOP_WORDS.has(word);
}

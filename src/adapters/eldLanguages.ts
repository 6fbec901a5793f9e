import { eld } from 'eld/small';
import type { LanguageDetector } from '../core/ports.ts';

/** Shorter texts (names, tags, single words) are not classified. */
const ENOUGH_LETTERS = 12;
const ENOUGH_WORDS = 4;
/** Smallest lead of another language's score over English. */
const CLEAR_MARGIN = 0.12;

/** Non-Latin scripts, each with its most common language. */
const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/\p{Script=Hiragana}|\p{Script=Katakana}/gu, 'ja'],
  [/\p{Script=Hangul}/gu, 'ko'],
  [/\p{Script=Han}/gu, 'zh'],
  [/\p{Script=Cyrillic}/gu, 'ru'],
  [/\p{Script=Greek}/gu, 'el'],
  [/\p{Script=Arabic}/gu, 'ar'],
  [/\p{Script=Hebrew}/gu, 'he'],
  [/\p{Script=Devanagari}/gu, 'hi'],
  [/\p{Script=Thai}/gu, 'th'],
];

/**
 * Language detection by `eld`, with English as the default: another language is returned only for a non-Latin script,
 * or for several words with a score clearly above English.
 */
export const eldLanguages: LanguageDetector = {
  detect(text) {
    const letters = text.match(/\p{L}/gu)?.length ?? 0;
    if (letters === 0) return undefined;
    for (const [script, language] of SCRIPTS) {
      if ((text.match(script)?.length ?? 0) > letters / 2) {
        return wordsOf(text, language);
      }
    }
    const words = text.match(/\p{L}+/gu)?.length ?? 0;
    if (letters < ENOUGH_LETTERS || words < ENOUGH_WORDS) return undefined;
    const result = eld.detect(text);
    const scores = result.getScores();
    const best = scores[result.language] ?? 0;
    if (result.language === 'en') return 'en';
    return result.isReliable() && best - (scores['en'] ?? 0) > CLEAR_MARGIN
      ? result.language
      : undefined;
  },
};

/** The language within a script by its words (Bulgarian or Russian), else the script's most common language. */
function wordsOf(text: string, fallback: string): string {
  const { language } = eld.detect(text);
  return language === '' || language === 'en' ? fallback : language;
}

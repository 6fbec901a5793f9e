import { eld } from 'eld/small';
import type { LanguageDetector } from '../core/ports.ts';

/** Fewer letters than this say too little: names, tags and single words look like any language. */
const ENOUGH_LETTERS = 12;
const ENOUGH_WORDS = 4;
/** How far another language must stand above English. */
const CLEAR_MARGIN = 0.12;

/** Scripts that no English caption is written in, with a language that stands for them. */
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
 * Language detection by `eld`, with English as the default: another language is named only on clear evidence, which
 * is a script English is not written in, or several words that speak far more clearly for it.
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

/** Within a script the words decide (Bulgarian or Russian); where they do not, its most spoken language stands for it. */
function wordsOf(text: string, fallback: string): string {
  const { language } = eld.detect(text);
  return language === '' || language === 'en' ? fallback : language;
}

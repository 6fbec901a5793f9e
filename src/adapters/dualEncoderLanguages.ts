import type { LanguageDetector } from '../core/ports.ts';
import type { DualEncoderTokens } from './dualEncoderTokens.ts';
import { eldLanguages } from './eldLanguages.ts';

/** Letters outside of the Latin, Greek and Cyrillic alphabets, whose words have fewer letters than tokens elsewhere. */
const LETTER = /\p{L}/gu;
const ALPHABETIC = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;
/** A text encoder that needs more tokens than this for a letter spells it in bytes. */
const SPELLED = 1.2;
/** Share of unknown tokens from which a text is not read. */
const UNKNOWN = 0.2;

/**
 * Languages that a text encoder does not read, as far as its tokenizer tells: texts with many unknown tokens, and texts in other
 * scripts that it spells letter by letter. Its files do not say which languages it was trained on, so all others are judged.
 */
export function judgedLanguages({ count }: Pick<DualEncoderTokens, 'count'>): LanguageDetector {
  return {
    detect(text) {
      const language = eldLanguages.detect(text);
      if (language === undefined || language === 'en') return undefined;
      const { tokens, unknown } = count(text);
      if (unknown > UNKNOWN * tokens) return language;
      const letters = text.match(LETTER) ?? [];
      const others = letters.filter((letter) => !ALPHABETIC.test(letter)).length;
      return 2 * others > letters.length && tokens > SPELLED * letters.length
        ? language
        : undefined;
    },
  };
}

import { visibleText } from './visibleText.ts';

/**
 * A translatable message for users: its English text with placeholders `{0}`, `{1}`…, and their values. It is translated
 * when it is displayed; the English text is stable and may be compared.
 */
export interface Sentence {
  readonly text: string;
  readonly values: readonly SentenceValue[];
}

/** A value may be a phrase with its own translation. */
export type SentenceValue = string | number | Sentence;

/** @param text must be a literal, so that a test can find its translation; `{n}` is the placeholder of value n */
export function sentence(text: string, ...values: readonly SentenceValue[]): Sentence {
  return { text, values };
}

/** Words as `a, b and c`; `''` for none. */
export function listed(words: readonly string[]): SentenceValue {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : sentence('{0} and {1}', words.slice(0, -1).join(', '), last);
}

/** Words as `a, b or c`; `''` for none. */
export function either(words: readonly string[]): SentenceValue {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : sentence('{0} or {1}', words.slice(0, -1).join(', '), last);
}

/** A phrase as the end of a sentence: a question has its own mark. */
export function ended(phrase: Sentence): Sentence {
  return inEnglish(phrase).endsWith('?') ? phrase : sentence('{0}.', phrase);
}

/** Text without a translation: messages of the operating system or of a library. */
export function verbatim(text: string): Sentence {
  return { text: '{0}', values: [text] };
}

/** The sentence in English. Control characters in its values are escaped, because values are untrusted. */
export function inEnglish({ text, values }: Sentence): string {
  return text.replace(/\{(\d+)\}/g, (place, n: string) => {
    const value = values[Number(n)];
    if (value === undefined) return place;
    return typeof value === 'object' ? inEnglish(value) : visibleText(String(value));
  });
}

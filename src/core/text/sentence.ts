import { visibleText } from './visibleText.ts';

/**
 * Something said to a person, as data: its English text with places `{0}`, `{1}`…, and what stands there. Whoever
 * shows it chooses the language; the English one never changes with it and may be compared.
 */
export interface Sentence {
  readonly text: string;
  readonly values: readonly SentenceValue[];
}

/** A part of a sentence may be a phrase that has a translation of its own. */
export type SentenceValue = string | number | Sentence;

/** @param text a literal, so that it can be found for translation; `{n}` is the place of the nth value */
export function sentence(text: string, ...values: readonly SentenceValue[]): Sentence {
  return { text, values };
}

/** Text that has no translation: what an operating system or another library says. */
export function verbatim(text: string): Sentence {
  return { text: '{0}', values: [text] };
}

/** The sentence in English. What stands in its places comes from files, other libraries and people: it is made visible. */
export function inEnglish({ text, values }: Sentence): string {
  return text.replace(/\{(\d+)\}/g, (place, n: string) => {
    const value = values[Number(n)];
    if (value === undefined) return place;
    return typeof value === 'object' ? inEnglish(value) : visibleText(String(value));
  });
}

import nlp from 'compromise';
import { z } from 'zod';
import { isContentWord } from '../../src/core/text/contentWords.ts';

export interface Noun {
  readonly text: string;
  readonly start: number;
  readonly number: 'singular' | 'plural';
}

const parsed = z.array(
  z.object({
    terms: z.array(
      z.object({
        text: z.string(),
        tags: z.array(z.string()),
        offset: z.object({ start: z.number() }),
      }),
    ),
  }),
);

/** The common nouns of an English caption that say what there is to see, lower case. */
export function nounsOf(caption: string): Noun[] {
  const sentences = parsed.parse(
    nlp(caption).json({ offset: true, terms: { offset: true, tags: true } }),
  );
  return sentences
    .flatMap(({ terms }) => terms)
    .filter(
      ({ text, tags }) =>
        tags.includes('Noun') &&
        !tags.includes('Pronoun') &&
        !tags.includes('Possessive') &&
        /^[a-z]+$/i.test(text) &&
        isContentWord(text),
    )
    .map(({ text, tags, offset }) => ({
      text: text.toLowerCase(),
      start: offset.start,
      number: tags.includes('Plural') ? ('plural' as const) : ('singular' as const),
    }))
    .filter(({ text, start }) => caption.slice(start, start + text.length).toLowerCase() === text);
}

import nlp from 'compromise/two';
import type { NounFinder } from '../core/ports.ts';

/** Tags of words that name nothing to be seen, although they are nouns. */
const NOT_COMMON = ['Pronoun', 'Possessive', 'Date', 'Value'];
/** Tags of words after which a word in -ing is a thing ("a painting") and no activity ("a man painting"). */
const BEFORE_THINGS = ['Determiner', 'Adjective', 'Possessive', 'Value'];
const THING =
  /^(?:building|painting|ceiling|railing|clothing|bedding|earring|string|ring|wing|king|swing|sling|awning|icing|frosting|pudding|wedding|stocking)$/i;

/** Nouns by the tagger of `compromise`, about a millisecond per caption. */
export const compromiseNouns: NounFinder = {
  nouns(text) {
    return nlp(text)
      .compute('offset')
      .docs.flatMap((terms) =>
        terms.flatMap((term, t) => {
          const start = offsetOf(term);
          if (start === undefined || !isNoun(term, terms[t - 1])) return [];
          return [{ text: term.text, start, end: start + term.text.length }];
        }),
      );
  },
};

interface Term {
  readonly text: string;
  readonly tags?: ReadonlySet<string>;
}

function isNoun(term: Term, before: Term | undefined): boolean {
  if (!isTagged(term, ['Noun']) || isTagged(term, NOT_COMMON)) return false;
  // The tagger takes many activities for things.
  if (!/ing$/i.test(term.text) || THING.test(term.text)) return true;
  return before !== undefined && isTagged(before, BEFORE_THINGS);
}

function isTagged({ tags }: Term, wanted: readonly string[]): boolean {
  return wanted.some((tag) => tags?.has(tag) === true);
}

/** Where a term begins: `compute('offset')` adds it, which the types of `compromise` do not say. */
function offsetOf(term: object): number | undefined {
  const offset: unknown = Reflect.get(term, 'offset');
  if (typeof offset !== 'object' || offset === null) return undefined;
  const start: unknown = Reflect.get(offset, 'start');
  return typeof start === 'number' ? start : undefined;
}

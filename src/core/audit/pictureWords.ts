import { type Omission, omissions } from '../matching/leaveOneOut.ts';
import type { FoundNoun } from '../ports.ts';
import { contentWords, isNameable } from '../text/contentWords.ts';
import { HARDLY_SEEN } from '../text/hardlySeen.ts';
import type { AuditContext } from './detectors/detector.ts';

/** A word that fits an image less than this, in standard deviations, is not seen (docs/matchers.md). */
const NOT_SEEN = 0;
/**
 * Score from which a word is said to be shown by an image, or by images like it, and the weight of its frequency in
 * captions of such images (docs/matchers.md).
 */
const SHOWN = 7;
const SHOWN_ALIKE = 4.5;
const LIFT_WEIGHT = 1.5;
/** Images that look most like one, and captions that match it best, whose words it may show. */
const LOOK_ALIKES = 10;
const MATCHING_CAPTIONS = 10;
/** Fewer of these captions with a word say nothing. */
const LEAST_CAPTIONS = 3;
/** Candidates, the best first, of which the nouns are found. */
const TAGGED = 12;
/** A word of more captions is no news. */
const ANYWHERE = 0.5;
/** Most words that are named. */
const NAMED = 3;

/** A word that fits an image less than this is doubtful: its support in the caption decides. */
const DOUBTFUL = -0.3;
/** The same for a caption that a person looks at, who can tell. */
export const DOUBTFUL_IF_ASKED = 0.5;

/** The distinct words of a caption that may be judged: they may name something, and not all captions share them. */
export function judgeableWords({ embedded }: AuditContext, caption: string): string[] {
  return [...contentWords(caption)].filter(
    (word) => isNameable(word) && embedded.boilerplate?.isShared(word) !== true,
  );
}

/** The nouns of a caption that fit the image poorly, and the caption without each. @param below fit of a doubtful word */
export function doubtfulWords(
  context: AuditContext,
  image: number,
  caption: string,
  below = DOUBTFUL,
): Omission[] {
  const { vocabulary, nouns, model } = context;
  if (vocabulary === undefined || nouns === undefined) return [];
  const doubtful = new Set(
    judgeableWords(context, caption).filter(
      (word) => (vocabulary.fit(model.scorer, image, word) ?? Infinity) < below,
    ),
  );
  if (doubtful.size === 0) return [];
  const places = new Set(nouns.nouns(caption).map(({ start }) => start));
  return omissions(caption).filter(
    ({ text, start }) => places.has(start) && doubtful.has(text.toLowerCase()),
  );
}

/** What a caption says that the image does not seem to show, in the order of the caption; no word that images hardly tell. */
export function wordsNotSeen(context: AuditContext, image: number, caption: string): string[] {
  const { vocabulary, nouns, model } = context;
  if (vocabulary === undefined || nouns === undefined) return [];
  const judgeable = new Set(
    judgeableWords(context, caption).filter((word) => !HARDLY_SEEN.has(word)),
  );
  const fits = (word: string): number =>
    judgeable.has(word) ? (vocabulary.fit(model.scorer, image, word) ?? Infinity) : Infinity;
  // Finding nouns takes a millisecond: only where a word may be named.
  if (![...judgeable].some((word) => fits(word) < NOT_SEEN)) return [];
  const seen = new Set<string>();
  return nounPhrases(caption, nouns.nouns(caption))
    .map(({ text, words }) => ({ text, fit: Math.max(...words.map(fits)) }))
    .filter(({ text, fit }) => fit < NOT_SEEN && !seen.has(text) && seen.add(text))
    .map((phrase, place) => ({ ...phrase, place }))
    .sort((a, b) => a.fit - b.fit)
    .slice(0, NAMED)
    .sort((a, b) => a.place - b.place)
    .map(({ text }) => text);
}

interface NounPhrase {
  /** In lower case. */
  readonly text: string;
  readonly words: readonly string[];
}

/** Nouns, those side by side as one phrase ("parking meter"). */
function nounPhrases(caption: string, nouns: readonly FoundNoun[]): NounPhrase[] {
  const phrases: { words: string[]; end: number }[] = [];
  for (const { text, start, end } of nouns) {
    const last = phrases.at(-1);
    const word = text.toLowerCase();
    if (last !== undefined && /^ +$/.test(caption.slice(last.end, start))) {
      last.words.push(word);
      last.end = end;
    } else {
      phrases.push({ words: [word], end });
    }
  }
  return phrases.map(({ words }) => ({ text: words.join(' '), words }));
}

/** What is to be seen, the surest first. */
export interface ShownWords {
  readonly words: readonly string[];
  /** Whether the image itself shows it; else images like it do. */
  readonly sure: boolean;
}

/**
 * What an image shows that its caption does not say: nouns that fit it, and that captions of images like it and captions
 * that match it use more often than the rest of the dataset.
 */
export function wordsShown(context: AuditContext, image: number, caption: string): ShownWords {
  const { vocabulary, nouns, model, words, embedded } = context;
  if (vocabulary === undefined || nouns === undefined) return { words: [], sure: false };
  const near = nearCaptions(context, image);
  const users = new Map<string, string[]>();
  for (const text of near) {
    for (const word of contentWords(text)) users.set(word, [...(users.get(word) ?? []), text]);
  }
  const told = new Set([...contentWords(caption)].map(singular));
  const score = (word: string, uses: number): number =>
    (vocabulary.fit(model.scorer, image, word) ?? -Infinity) +
    LIFT_WEIGHT * words.lift(word, uses, near.length);
  const candidates = [...users]
    .filter(([word, { length }]) => length >= LEAST_CAPTIONS && isNameable(word))
    .filter(([word]) => !told.has(singular(word)) && words.share(word) < ANYWHERE)
    .filter(([word]) => embedded.boilerplate?.isShared(word) !== true)
    .map(([word, texts]) => ({ word, texts, score: score(word, texts.length) }))
    .filter((candidate) => candidate.score >= SHOWN_ALIKE)
    .sort((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1))
    .slice(0, TAGGED);
  const shown: string[] = [];
  let sure = false;
  for (const { word, texts, score: sureness } of candidates) {
    if (shown.length === NAMED || (sure && sureness < SHOWN)) break;
    if (told.has(singular(word))) continue;
    const [text = ''] = texts;
    if (!nouns.nouns(text).some((noun) => noun.text.toLowerCase() === word)) continue;
    shown.push(word);
    told.add(singular(word));
    sure ||= sureness >= SHOWN;
  }
  return { words: shown, sure };
}

/** A caption of each image that looks like this one, and captions that match it, without those of its own picture. */
function nearCaptions({ model, embedded }: AuditContext, image: number): string[] {
  const { scorer } = model;
  const { pictureOf, captionsOf, imagesOf } = scorer.graph;
  const elsewhere = (x: number): boolean =>
    x < embedded.images.paths.length && pictureOf[x] !== pictureOf[image];
  const alike = [...scorer.visualLists.items(image)]
    .filter(elsewhere)
    .slice(0, LOOK_ALIKES)
    .flatMap((x) => (captionsOf[x] ?? []).slice(0, 1));
  const own = captionsOf[image] ?? [];
  const pictures = new Set<number>();
  const matching = [...scorer.captionLists.items(image)]
    .filter((t) => {
      const owner = own.includes(t) ? undefined : imagesOf[t]?.find(elsewhere);
      const picture = owner === undefined ? undefined : pictureOf[owner];
      if (picture === undefined || pictures.has(picture)) return false;
      pictures.add(picture);
      return true;
    })
    .slice(0, MATCHING_CAPTIONS);
  return [...alike, ...matching].map((t) => embedded.texts.texts[t] ?? '');
}

/** A word without the ending of a plural, roughly: to name no thing twice. */
function singular(word: string): string {
  return word.replace(/(?<=..(?:s|x|z|ch|sh))es$|(?<=..[^su])s$/, '');
}

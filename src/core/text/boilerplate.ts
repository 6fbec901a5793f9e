import type { Steps } from '../steps.ts';
import { isContentWord } from './contentWords.ts';
import { literally } from './literally.ts';

/** A text that represents a caption when it is scored, with its weight; the weights of one caption add up to 1. */
export interface JudgedText {
  readonly text: string;
  readonly weight: number;
}

/** A phrase shared by so many captions that it does not distinguish them. */
export interface SharedPhrase {
  /** The phrase in lower case. */
  readonly text: string;
  /** Share of captions with the phrase, 0..1. */
  readonly share: number;
}

/** What makes a boilerplate, as data. */
export interface BoilerplateParts {
  /** Shares of captions, by place and phrase. */
  readonly edges: readonly (readonly [phrase: string, share: number])[];
  /** Words that most captions have. */
  readonly words: readonly string[];
  readonly triggerWords: readonly string[];
}

/** Below the first share a phrase is content, from the second it is boilerplate; between them its weight decreases. */
const CONTENT = 0.6;
const SHARED = 0.8;
/** Pseudo-count of captions without a phrase, because the share in few captions is uncertain. */
const PRIOR_CAPTIONS = 2;
/** Longest run of words at the beginning and at the end of captions. */
const LONGEST_RUN = 8;
/** Captions used to find candidates, which are then counted in all captions. */
const SAMPLE = 2000;
/** Smallest share of the sample of a candidate: well below `CONTENT`. */
const CANDIDATE = 0.4;
const PER_STEP = 500;

/** Ends of tags and sentences: commas and similar characters, line ends, full stops before a space. */
const SEPARATOR = /[,;|\r\n]+|[.!?]+(?=\s|$)/g;
const WORD = /[\p{L}\p{N}_][\p{L}\p{M}\p{N}_'-]*/gu;

/**
 * Trigger words, quality tags, shared beginnings and ends: phrases of most captions of a dataset contain no information
 * about a single image and make captions too similar, so they are left out of the embedded text. The phrases are found in
 * the captions. The weight of a phrase decreases gradually between the shares `CONTENT` and `SHARED`, so that
 * a single caption changes little.
 */
export class Boilerplate {
  /** Shared tags and sentences, and shared beginnings and ends, the most frequent first. */
  readonly phrases: readonly SharedPhrase[];
  readonly #edges: ReadonlyMap<string, number>;
  readonly #words: ReadonlySet<string>;
  readonly #triggers: readonly RegExp[];
  readonly #leads = new Map<string, number>();

  private constructor(
    edges: ReadonlyMap<string, number>,
    words: ReadonlySet<string>,
    /** As the user named them. */
    readonly triggerWords: readonly string[],
  ) {
    this.#edges = edges;
    this.#words = words;
    this.#triggers = triggerWords.filter((phrase) => phrase.trim() !== '').map(wholePhrase);
    this.phrases = [...edges]
      .map(([key, share]) => ({ text: key.slice(key.indexOf(' ') + 1), share }))
      .sort((a, b) => b.share - a.share || (a.text < b.text ? -1 : 1));
  }

  /** No boilerplate: whole captions are embedded. */
  static readonly none = new Boilerplate(new Map(), new Set(), []);

  /**
   * Finds the shared phrases.
   * @param captions one for each pair, including repetitions
   * @param triggerWords words and phrases that the user named as boilerplate
   */
  static *of(
    captions: readonly string[],
    triggerWords: readonly string[] = [],
  ): Steps<Boilerplate> {
    const edges = yield* sharesOf(captions, edgeKeys);
    const words = yield* sharesOf(captions, wordKeys);
    return new Boilerplate(edges, new Set(words.keys()), triggerWords);
  }

  static from({ edges, words, triggerWords }: BoilerplateParts): Boilerplate {
    return new Boilerplate(new Map(edges), new Set(words), triggerWords);
  }

  parts(): BoilerplateParts {
    const { triggerWords } = this;
    return { edges: [...this.#edges], words: [...this.#words], triggerWords };
  }

  /** Whether most captions contain the word, which is then not informative. */
  isShared(word: string): boolean {
    return this.#words.has(word.toLowerCase()) || this.#triggers.some((t) => isWhole(word, t));
  }

  /**
   * The texts that represent a caption: the caption itself if it has no boilerplate; none if it has nothing else, so that
   * it is not scored.
   */
  judged(caption: string): readonly JudgedText[] {
    const cuts = this.#edges.size + this.#triggers.length > 0 ? this.#cuts(caption) : [];
    if (cuts.length === 0) return [{ text: caption, weight: 1 }];
    const texts = new Map<string, number>();
    let left = 1;
    const gone: Cut[] = [];
    // Weight of the text without the k most certain cuts: the difference of certainty to the next cut.
    for (const cut of [...cuts, undefined]) {
      const next = cut?.sure ?? 0;
      if (left > next) {
        const text = without(caption, gone);
        texts.set(text, (texts.get(text) ?? 0) + left - next);
      }
      left = next;
      if (cut) gone.push(cut);
    }
    const telling = [...texts].filter(([text]) => hasWord(text));
    const total = telling.reduce((sum, [, weight]) => sum + weight, 0);
    // A caption that is mostly boilerplate is not scored by its rest.
    if (total < 0.5) return [];
    return telling.map(([text, weight]) => ({ text, weight: weight / total }));
  }

  /** Length of the beginning that most captions share and that is left out of this one; 0 if nothing or all of it is. */
  leadOf(caption: string): number {
    if (this.#edges.size + this.#triggers.length === 0) return 0;
    const known = this.#leads.get(caption);
    if (known !== undefined) return known;
    const lead = this.#findLead(caption);
    this.#leads.set(caption, lead);
    return lead;
  }

  #findLead(caption: string): number {
    let end = 0;
    const sure = this.#cuts(caption).filter((cut) => cut.sure === 1);
    for (const cut of sure.sort((a, b) => a.start - b.start)) {
      if (hasWord(caption.slice(end, cut.start))) break;
      end = Math.max(end, cut.end);
    }
    const rest = /[\p{L}\p{N}]/u.exec(caption.slice(end));
    return end === 0 || rest === null ? 0 : end + rest.index;
  }

  /** The parts to leave out of a caption, the most certain first. */
  #cuts(caption: string): Cut[] {
    const cuts: Cut[] = [];
    for (const trigger of this.#triggers) {
      for (const { index, 0: text } of caption.matchAll(trigger)) {
        cuts.push({ start: index, end: index + text.length, sure: 1 });
      }
    }
    for (const { key, start, end } of edgesOf(caption)) {
      const share = this.#edges.get(key);
      if (share !== undefined) cuts.push({ start, end, sure: sureness(share) });
    }
    return cuts
      .filter(({ sure }) => sure > 0)
      .sort((a, b) => b.sure - a.sure || a.start - b.start || a.end - b.end);
  }
}

interface Cut {
  readonly start: number;
  readonly end: number;
  /** 0..1. */
  readonly sure: number;
}

interface Keyed {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

function sureness(share: number): number {
  return Math.min(1, Math.max(0, (share - CONTENT) / (SHARED - CONTENT)));
}

/** Tags, or sentences: each range extends from after one separator to after the next. */
function segmentsOf(caption: string): Keyed[] {
  const segments: Keyed[] = [];
  let start = 0;
  const add = (end: number): void => {
    const key = normal(caption.slice(start, end));
    if (key !== '') segments.push({ key, start, end });
    else {
      const last = segments.pop();
      if (last !== undefined) segments.push({ ...last, end });
    }
    start = end;
  };
  for (const { index, 0: text } of caption.matchAll(SEPARATOR)) add(index + text.length);
  if (start < caption.length) add(caption.length);
  return segments;
}

/** Lower case, without the separators, brackets and weights of prompts: `(Masterpiece:1.2),` is `masterpiece`. */
function normal(text: string): string {
  return text
    .toLowerCase()
    .replace(/:\d+(?:\.\d+)?(?=[)\]\s,]|$)/gu, '')
    .replace(/[()[\]{}"“”,;|.!?]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
}

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function wordsOf(caption: string): Word[] {
  return [...caption.matchAll(WORD)].map(({ index, 0: text }) => ({
    text: text.toLowerCase(),
    start: index,
    end: index + text.length,
  }));
}

/**
 * Runs of words at the beginning of captions, within their first tag or sentence. The last content word of a run is kept,
 * because the words after it refer to it ("a photo of sks | dog running").
 */
function startsOf([first]: readonly Keyed[], words: readonly Word[]): Keyed[] {
  const runs: Keyed[] = [];
  let key = '';
  let content = 0;
  for (const [w, word] of words.slice(0, LONGEST_RUN).entries()) {
    const next = words[w + 1];
    if (first === undefined || next === undefined || next.start >= first.end) break;
    key = key === '' ? word.text : `${key} ${word.text}`;
    if (isContentWord(word.text)) content++;
    if (!isContentWord(next.text)) continue;
    // "a photo of" is always cut, "a photo of sks" only if all captions continue in the same way.
    if (content > 0) runs.push({ key: `${key} ${next.text}`, start: 0, end: next.start });
    if (w >= 2 && !isContentWord(word.text)) runs.push({ key, start: 0, end: next.start });
  }
  return runs;
}

/** Runs of words at the end of captions, beginning with a function word ("… | in the style of xqz"). */
function endsOf(caption: string, segments: readonly Keyed[], words: readonly Word[]): Keyed[] {
  const last = segments.at(-1);
  const runs: Keyed[] = [];
  let key = '';
  let content = 0;
  for (const [w, word] of [...words].reverse().entries()) {
    if (last === undefined || word.start <= last.start || w >= LONGEST_RUN) break;
    key = key === '' ? word.text : `${word.text} ${key}`;
    if (isContentWord(word.text)) content++;
    else if (content > 0) runs.push({ key, start: word.start, end: caption.length });
  }
  return runs;
}

/**
 * The beginning and end of a caption: its first and last tags or sentences, and its first and last words. Shared words
 * elsewhere are kept as context of the words around them.
 */
function edgesOf(caption: string): Keyed[] {
  const segments = segmentsOf(caption);
  const words = wordsOf(caption);
  const named = (kind: string, edges: readonly Keyed[]): Keyed[] =>
    edges.map(({ key, ...place }) => ({ ...place, key: `${kind} ${key}` }));
  return [
    ...named('first', chainsOf(segments)),
    ...named('last', chainsOf([...segments].reverse())),
    ...named('start', startsOf(segments, words)),
    ...named('end', endsOf(caption, segments, words)),
  ];
}

/** The first (or last) one, two, ... tags or sentences of a caption. */
function chainsOf(segments: readonly Keyed[]): Keyed[] {
  let key = '';
  return segments.slice(0, LONGEST_RUN).map(({ key: text, start, end }) => {
    key = key === '' ? text : `${key}, ${text}`;
    return { key, start, end };
  });
}

function edgeKeys(caption: string): Set<string> {
  return new Set(edgesOf(caption).map(({ key }) => key));
}

function wordKeys(caption: string): Set<string> {
  return new Set(
    wordsOf(caption)
      .map(({ text }) => text)
      .filter(isContentWord),
  );
}

/** The keys of more than `CONTENT` of the captions, with their shares. */
function* sharesOf(
  captions: readonly string[],
  keysOf: (caption: string) => Iterable<string>,
): Steps<Map<string, number>> {
  const stride = Math.max(1, captions.length / SAMPLE);
  const sample: string[] = [];
  let next = 0;
  for (const [at, caption] of captions.entries()) {
    if (at < next) continue;
    sample.push(caption);
    next += stride;
  }
  const inSample = yield* counted(sample, keysOf);
  const known = new Set(
    [...inSample].filter(([, n]) => n >= CANDIDATE * sample.length).map(([key]) => key),
  );
  const all = known.size === 0 ? inSample : yield* counted(captions, keysOf, known);
  return new Map(
    [...all]
      .filter(([key]) => known.has(key))
      .map(([key, n]) => [key, n / (captions.length + PRIOR_CAPTIONS)] as const)
      .filter(([, share]) => share > CONTENT),
  );
}

/** Counts the captions of each key. @param known count only these keys */
function* counted(
  captions: readonly string[],
  keysOf: (caption: string) => Iterable<string>,
  known?: ReadonlySet<string>,
): Steps<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const [n, caption] of captions.entries()) {
    if (n % PER_STEP === PER_STEP - 1) yield;
    for (const key of keysOf(caption)) {
      if (known === undefined || known.has(key)) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

function without(caption: string, cuts: readonly Cut[]): string {
  if (cuts.length === 0) return caption;
  let text = '';
  let at = 0;
  for (const { start, end } of [...cuts].sort((a, b) => a.start - b.start)) {
    if (start > at) text += caption.slice(at, start);
    at = Math.max(at, end);
  }
  return (text + caption.slice(at))
    .replace(/\s+/gu, ' ')
    .replace(/ (?=[,;.])/gu, '')
    .replace(/^[\s,;|.]+|[\s,;|]+$/gu, '');
}

function hasWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

function wholePhrase(phrase: string): RegExp {
  const words = phrase.trim().split(/\s+/u).map(literally);
  return new RegExp(`(?<![\\p{L}\\p{N}_])${words.join('\\s+')}(?![\\p{L}\\p{N}_])`, 'giu');
}

function isWhole(word: string, trigger: RegExp): boolean {
  return word.replace(trigger, '').trim() === '';
}

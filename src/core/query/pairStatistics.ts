import type { DatasetPath } from '../dataset/dataset.ts';
import type { RuleCode } from '../audit/rule.ts';
import type { Steps } from '../steps.ts';
import { queryOfTags } from '../text/tagQuery.ts';
import type { TagCount } from '../text/tagVocabulary.ts';
import { isUnspaced, meaningfulWords, wordsLike } from './captionWords.ts';
import { type Bin, binsBetween, wholeNumberBins } from './histogram.ts';
import { type PairSummary, pairSummary } from './pairSummary.ts';
import { type QueriedPair, quantityOf } from './pairTest.ts';

/** Pairs of a kind, and the query that selects them. */
export interface Counted {
  readonly name: string;
  readonly pairs: number;
  readonly query: string;
}

/** A folder that images lie in directly. Its numbers include the folders below, as those of its query do. */
export interface FolderCount {
  /** Relative to the opened folder; `.` for itself. */
  readonly folder: DatasetPath;
  readonly pairs: number;
  /** How many have a finding. */
  readonly found: number;
  /** Selects those with a finding, or all if there are none. */
  readonly query: string;
}

/** The first of a list, and the length of the whole. */
export interface Shortened<T> {
  readonly total: number;
  readonly shown: readonly T[];
}

/** Statistics of pairs and of images without a caption. Every query selects as many as its number says. */
export interface PairStatistics extends Omit<PairSummary, 'rules'> {
  readonly rules: readonly {
    readonly code: RuleCode;
    readonly pairs: number;
    readonly query: string;
  }[];
  /** `MATCH_BINS` bins; none if no pair has a match. */
  readonly match: readonly Bin[];
  /** Pairs with a match below 0, 0.01, ..., 1; empty if no pair has one. */
  readonly matchBelow: readonly number[];
  /** Characters of the captions. */
  readonly length: readonly Bin[];
  /** Their CLIP tokens; empty without a vocabulary. */
  readonly tokens: readonly Bin[];
  /** Those with the most findings first. */
  readonly folders: Shortened<FolderCount>;
  /** Words with a meaning, the most frequent first; by the number of captions. */
  readonly words: Shortened<Counted>;
  /** Tags of captions that are lists of tags, the most frequent first. */
  readonly tags: Shortened<Counted>;
}

export const MATCH_BINS = 20;
/** Steps of `matchBelow`. */
const MATCH_STEPS = 100;
/** Entries of each list. */
const LISTED = 30;
/** Captions whose tokens and words are counted between two steps. */
const PER_STEP = 500;

/**
 * Statistics of pairs.
 * @param tags of the same captions, the most frequent first
 */
export function* pairStatistics(
  pairs: readonly QueriedPair[],
  tags: readonly TagCount[],
): Steps<PairStatistics> {
  const lengths: number[] = [];
  const tokens: number[] = [];
  const words = new Map<string, number>();
  for (const [p, pair] of pairs.entries()) {
    if (p % PER_STEP === 0) yield;
    const { caption = '' } = pair;
    if (caption.trim() === '') continue;
    lengths.push(quantityOf(pair, 'len') ?? 0);
    const count = quantityOf(pair, 'tokens');
    if (count !== undefined && count > 0) tokens.push(count);
    for (const word of meaningfulWords(caption)) words.set(word, (words.get(word) ?? 0) + 1);
  }
  const frequent = yield* asQueriesFind(mostFrequent(words), pairs);
  const { rules, ...summary } = pairSummary(pairs);
  return {
    ...summary,
    rules: rules.map((rule) => ({ ...rule, query: `rule:${rule.code}` })),
    ...matchStatistics(pairs),
    length: wholeNumberBins('len', lengths),
    tokens: wholeNumberBins('tokens', tokens),
    folders: shortened(folderCounts(pairs), (each) => each),
    words: {
      total: words.size,
      shown: frequent.map((word) => ({ ...word, query: `"${word.name}"` })),
    },
    tags: shortened(tags, ({ tag, captions }) => ({
      name: tag,
      pairs: captions,
      query: queryOfTags([tag]),
    })),
  };
}

function matchStatistics(
  pairs: readonly QueriedPair[],
): Pick<PairStatistics, 'match' | 'matchBelow'> {
  const matches = pairs.flatMap(({ match }) => (match === undefined ? [] : [match]));
  if (matches.length === 0) return { match: [], matchBelow: [] };
  const sorted = Float64Array.from(matches).sort();
  const edges = Array.from({ length: MATCH_BINS }, (_, n) => n / MATCH_BINS);
  let place = 0;
  const matchBelow = Array.from({ length: MATCH_STEPS + 1 }, (_, n) => {
    while (place < sorted.length && (sorted[place] ?? 0) < n / MATCH_STEPS) place++;
    return place;
  });
  return { match: binsBetween('match', edges, undefined, sorted), matchBelow };
}

/** Counts as `folder:` selects: a folder is known by its path and by its name alone, and case is ignored. */
function folderCounts(pairs: readonly QueriedPair[]): FolderCount[] {
  const direct = new Map<string, { pairs: number; found: number }>();
  for (const { image, rules } of pairs) {
    const folder = image.slice(0, Math.max(0, image.lastIndexOf('/')));
    const known = direct.get(folder);
    const found = rules.length > 0 ? 1 : 0;
    if (known === undefined) direct.set(folder, { pairs: 1, found });
    else {
      known.pairs++;
      known.found += found;
    }
  }
  const all = new Map<string, { pairs: number; found: number }>();
  for (const [folder, own] of direct) {
    for (const key of keysOf(folder)) {
      const sum = all.get(key) ?? { pairs: 0, found: 0 };
      all.set(key, { pairs: sum.pairs + own.pairs, found: sum.found + own.found });
    }
  }
  const named = new Map([...direct.keys()].map((folder) => [folderKey(folder), folder || '.']));
  return [...named]
    .map(([key, folder]) => {
      const { pairs: inside = 0, found = 0 } = all.get(key) ?? {};
      const query = `folder:"${folder.replaceAll('*', String.raw`\\*`).replaceAll('"', String.raw`\"`)}"`;
      return { folder, pairs: inside, found, query: found > 0 ? `${query} rule:*` : query };
    })
    .sort((a, b) => b.found - a.found || b.pairs - a.pairs || (a.folder < b.folder ? -1 : 1));
}

function keysOf(folder: string): Set<string> {
  const names = folderKey(folder).split('/');
  return new Set([...names, ...names.map((_, n) => names.slice(0, n + 1).join('/'))]);
}

function folderKey(folder: string): string {
  return (folder === '' ? '.' : folder).normalize('NFC').toLowerCase();
}

function mostFrequent(words: ReadonlyMap<string, number>): Omit<Counted, 'query'>[] {
  return [...words].map(([name, count]) => ({ name, pairs: count })).sort(byFrequency);
}

/**
 * The most frequent words with the number of captions that the query of each finds: in scripts without spaces that is more than
 * the captions that are split so.
 */
function* asQueriesFind(
  words: readonly Omit<Counted, 'query'>[],
  pairs: readonly QueriedPair[],
): Steps<Omit<Counted, 'query'>[]> {
  // Twice as many, for the order may change.
  const counted: Omit<Counted, 'query'>[] = [];
  for (const word of words.slice(0, 2 * LISTED)) {
    if (!isUnspaced(word.name)) {
      counted.push(word);
      continue;
    }
    const pattern = wordsLike(word.name, 'whole');
    let found = 0;
    for (const [p, { caption = '' }] of pairs.entries()) {
      if (p % (20 * PER_STEP) === 0) yield;
      if (pattern.test(caption.normalize('NFC'))) found++;
    }
    counted.push({ ...word, pairs: found });
  }
  return counted.sort(byFrequency).slice(0, LISTED);
}

function byFrequency(a: Omit<Counted, 'query'>, b: Omit<Counted, 'query'>): number {
  return b.pairs - a.pairs || (a.name < b.name ? -1 : 1);
}

function shortened<A, B>(all: readonly A[], show: (item: A) => B): Shortened<B> {
  return { total: all.length, shown: all.slice(0, LISTED).map(show) };
}

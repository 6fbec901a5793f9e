import type { Decision } from '../dataset/decisions.ts';
import type { Sentence } from '../text/sentence.ts';
import type { LikeCondition, SelectionCondition } from './likes.ts';

/** A number of a pair that a query compares or sorts by. */
export const QUANTITIES = [
  'match',
  'len',
  'words',
  'tags',
  'tokens',
  'width',
  'height',
  'size',
] as const;
export type Quantity = (typeof QUANTITIES)[number];

export type Comparison = '<' | '<=' | '>' | '>=' | '=';

/** A condition on a pair. */
export type Condition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  /** The caption has a word that begins so. */
  | { readonly kind: 'word'; readonly text: string }
  /** The caption has exactly these words. */
  | { readonly kind: 'phrase'; readonly text: string }
  /** The caption matches. */
  | { readonly kind: 'regex'; readonly pattern: RegExp }
  /** One of the caption's tags, the image's path, a folder of it, its split, a rule: `*` stands for any characters. */
  | { readonly kind: 'tag' | 'name' | 'folder' | 'split' | 'rule'; readonly pattern: string }
  | LikeCondition
  | SelectionCondition
  | { readonly kind: 'decision'; readonly decision: Decision | 'none' }
  /** The image has no caption, or an empty one. */
  | { readonly kind: 'untagged' }
  | {
      readonly kind: 'compare';
      readonly quantity: Quantity;
      readonly comparison: Comparison;
      readonly value: number;
    };

/** Order of pairs; `dataset` is that of the caption files. */
export const SORT_KEYS = ['dataset', 'match', 'name', 'length', 'size', 'date'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** Ascending, unless `descending`: the worst match, the first name, the shortest caption, the smallest image, the oldest file first. */
export interface SortOrder {
  readonly key: SortKey;
  readonly descending: boolean;
}

export interface Query {
  /** Undefined selects every pair. */
  readonly condition: Condition | undefined;
  /** Undefined: the order of the only condition of `likes`, or else that of the dataset. */
  readonly sort: SortOrder | undefined;
  /** Its conditions that ask for images like a text or an image. */
  readonly likes: readonly LikeCondition[];
  /** Its conditions that ask for what was selected on the map. */
  readonly selections: readonly SelectionCondition[];
}

/** Why a text is no query, and where. */
export interface QueryFault {
  readonly message: Sentence;
  /** Range in the text, UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

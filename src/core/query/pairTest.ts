import type { Decision } from '../dataset/decisions.ts';
import type { DatasetPath } from '../dataset/dataset.ts';
import type { RuleCode } from '../audit/rule.ts';
import { tagKey, tagsIn } from '../text/captionTags.ts';
import { wordsLike } from './captionWords.ts';
import { type Likes, NO_LIKES } from './likes.ts';
import type { Comparison, Condition, Quantity } from './query.ts';
import { fixedParts, patternTest } from './wildcards.ts';

/** What a query looks at: a caption of an image, or an image without one. */
export interface QueriedPair {
  /** Relative to the opened folder. */
  readonly image: DatasetPath;
  readonly caption: string | undefined;
  readonly split: string | undefined;
  /** 1 - mismatch probability; undefined if it was not scored, or its score says nothing. */
  readonly match: number | undefined;
  /** 1 - mismatch probability, which orders captions also where it is no probability; undefined if it was not scored. */
  readonly fit: number | undefined;
  /** Rules of its findings. */
  readonly rules: readonly RuleCode[];
  readonly decision: Decision | undefined;
  /** Size of the image in pixels; undefined if it cannot be read. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** Modification time of the image's file, milliseconds since 1970; undefined if it cannot be read. */
  readonly modified: number | undefined;
  /** Counts the CLIP tokens of the caption, without those of begin and end; absent if there is no vocabulary. */
  readonly tokens?: () => number;
}

export type PairTest = (pair: QueriedPair) => boolean;

/** Compiles a condition. @param likes what its conditions by meaning and likeness select; nothing without it */
export function pairTest(condition: Condition | undefined, likes: Likes = NO_LIKES): PairTest {
  if (condition === undefined) return () => true;
  switch (condition.kind) {
    case 'all': {
      const tests = condition.of.map((each) => pairTest(each, likes));
      return (pair) => tests.every((test) => test(pair));
    }
    case 'any': {
      const tests = condition.of.map((each) => pairTest(each, likes));
      return (pair) => tests.some((test) => test(pair));
    }
    case 'not': {
      const test = pairTest(condition.of, likes);
      return (pair) => !test(pair);
    }
    case 'word':
      return captionTest(wordsLike(condition.text, 'begin'));
    case 'phrase':
      return captionTest(wordsLike(condition.text, 'whole'));
    case 'regex':
      return captionTest(condition.pattern);
    case 'tag': {
      const key = tagKey(condition.pattern);
      const test = patternTest(key);
      const parts = fixedParts(key);
      return ({ caption = '' }) => {
        // Most captions hold no such words, which is seen faster than that none of their tags is like it.
        const words = tagKey(caption);
        if (!parts.every((part) => words.includes(part))) return false;
        return tagsIn(caption).some(({ text }) => test(tagKey(text)));
      };
    }
    case 'name': {
      const test = patternTest(condition.pattern);
      return ({ image }) => test(image) || test(image.slice(image.lastIndexOf('/') + 1));
    }
    case 'folder':
      return folderTest(condition.pattern);
    case 'split': {
      const test = patternTest(condition.pattern);
      return ({ split }) => split !== undefined && test(split);
    }
    case 'rule': {
      const test = patternTest(condition.pattern);
      return ({ rules }) => rules.some(test);
    }
    case 'decision': {
      const { decision: wanted } = condition;
      return ({ decision = 'none' }) => decision === wanted;
    }
    case 'like':
    case 'selection': {
      const found = likes.get(condition);
      return (pair) => found?.has(pair) === true;
    }
    case 'untagged':
      return ({ caption = '' }) => caption.trim() === '';
    case 'compare': {
      const { quantity, comparison, value } = condition;
      return (pair) => {
        const number = quantityOf(pair, quantity);
        return number !== undefined && holds(number, comparison, value);
      };
    }
  }
}

/** A number of a pair; undefined if it is not known. */
export function quantityOf(pair: QueriedPair, quantity: Quantity): number | undefined {
  const { caption = '', match, width, height } = pair;
  switch (quantity) {
    case 'match':
      return match;
    case 'len':
      return caption.trim().length;
    case 'words':
      return caption.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'_-]*/gu)?.length ?? 0;
    case 'tags':
      return tagsIn(caption).length;
    case 'tokens':
      return pair.tokens?.();
    case 'width':
      return width;
    case 'height':
      return height;
    case 'size':
      return width === undefined || height === undefined ? undefined : width * height;
  }
}

/** Whether a regular expression without the flag `g` matches the caption. */
function captionTest(pattern: RegExp): PairTest {
  return ({ caption = '' }) => pattern.test(caption.normalize('NFC'));
}

/** The folder itself or one above it, by its path or by its name alone. */
function folderTest(pattern: string): PairTest {
  const test = patternTest(pattern.replace(/\/+$/u, '') || '.');
  return ({ image }) => {
    const names = image.split('/').slice(0, -1);
    if (names.length === 0) return test('.');
    return names.some((name, n) => test(name) || test(names.slice(0, n + 1).join('/')));
  };
}

function holds(number: number, comparison: Comparison, value: number): boolean {
  switch (comparison) {
    case '<':
      return number < value;
    case '<=':
      return number <= value;
    case '>':
      return number > value;
    case '>=':
      return number >= value;
    case '=':
      return number === value;
  }
}

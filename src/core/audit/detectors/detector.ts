import type { Pair } from '../../dataset/dataset.ts';
import type { EmbeddedDataset } from '../embeddedDataset.ts';
import type { Problem } from '../../dataset/problem.ts';
import type { Steps } from '../../steps.ts';
import type { AuditModel } from '../auditModel.ts';
import type { Finding } from '../finding.ts';
import type { PicturesElsewhere } from '../picturesElsewhere.ts';
import type { Rule } from '../rule.ts';
import type { WordCounts } from '../words.ts';

/**
 * What a detector knows of the dataset. Pairs have numbers that stay theirs while captions are edited; where a caption
 * was deleted a number is free for a while, so the pairs that exist are told by `pairs()` and by nothing else.
 */
export interface AuditContext {
  /** Numbers of the pairs that exist now, in no promised order. */
  pairs(): Iterable<number>;
  /** The pair with this number, one of `pairs()`. */
  pair(p: number): Pair;
  /** Numbers of the pairs of an image, in the order of their captions. */
  pairsOfImage(image: string): readonly number[];
  /** Problems of files and rows, as they are now, and images that could not be decoded. */
  problems(): readonly Problem[];
  /** Embeddings, and the row of each pair in them. */
  readonly embedded: Pick<EmbeddedDataset, 'images' | 'texts' | 'imageRow' | 'textRow'>;
  /** For each pair whether its caption was judged. */
  readonly judged: readonly boolean[];
  /** For each pair whether a person found it right: no finding doubts it. */
  readonly verified: readonly boolean[];
  /** For each pair the language its caption is in, where that is clearly not one the encoder reads. */
  readonly languages: readonly (string | undefined)[];
  readonly model: AuditModel;
  /** For each pair the probability that its caption is wrong; NaN where it was not judged. */
  readonly mismatch: Float64Array;
  readonly words: WordCounts;
  /** Pictures of the datasets of the same folder that were audited before. */
  readonly elsewhere: readonly PicturesElsewhere[];
}

/** A finding before its level is known. */
export type Detected = Omit<Finding, 'level'>;

/**
 * Keeps the findings of one detector true while captions change. Made for one audit of one dataset; everything is asked
 * of the context again at each call, since its tables are replaced when pairs are added.
 */
export interface Tracker {
  /** Looks at every pair, in steps. */
  detectAll(): Steps<void>;
  /**
   * @param changed pairs with another caption or decision, deleted ones included: everything about them is found anew
   * @param moved pairs whose probability is another
   * @returns whether a finding came, went or was found anew.
   */
  update(changed: ReadonlySet<number>, moved: Iterable<number>): boolean;
  /** Those of now, the most important first. */
  findings(): readonly Detected[];
}

/** Finds one kind of mistake. A new one is a file beside this and a line in the table; nothing else lists detectors. */
export interface Detector {
  /** What it may report. */
  readonly rules: readonly Rule[];
  /** A tracker that has found nothing yet. `onChange`, `onImages`, `perPair` make one of a function. */
  track(context: AuditContext): Tracker;
}

type Detect = (context: AuditContext) => Detected[] | Steps<Detected[]>;

/** For what depends on captions, decisions or problems and is quick to find: found anew after every change. */
export function onChange(detect: (context: AuditContext) => Detected[]): Detector['track'] {
  return (context) => {
    let found: readonly Detected[] | undefined;
    return {
      *detectAll() {
        found = undefined;
        yield;
      },
      update() {
        found = undefined;
        return false;
      },
      findings: () => (found ??= detect(context)),
    };
  };
}

/** For what depends on images alone: found once an audit, since captions cannot change it. */
export function onImages(detect: Detect): Detector['track'] {
  return (context) => {
    let found: readonly Detected[] = [];
    return {
      *detectAll() {
        const result = detect(context);
        found = Array.isArray(result) ? result : yield* result;
      },
      update: () => false,
      findings: () => found,
    };
  };
}

/** Pairs looked at in one step by `perPair`. */
const PAIRS_PER_STEP = 50;

/**
 * For what can be said of each pair on its own: only pairs that changed are looked at again.
 * @public No detector of ours is of this kind; the next may be.
 */
export function perPair(
  detect: (context: AuditContext, p: number) => Detected | undefined,
): Detector['track'] {
  return (context) => {
    const found = new Map<number, Detected>();
    const look = (p: number): boolean => {
      const finding = detect(context, p);
      if (finding === undefined) return found.delete(p);
      found.set(p, finding);
      return true;
    };
    return {
      *detectAll() {
        found.clear();
        let looked = 0;
        for (const p of context.pairs()) {
          look(p);
          if (++looked % PAIRS_PER_STEP === 0) yield;
        }
      },
      update(changed, moved) {
        const exist = new Set(context.pairs());
        let news = false;
        for (const p of new Set([...changed, ...moved])) {
          news = (exist.has(p) ? look(p) : found.delete(p)) || news;
        }
        return news;
      },
      findings: () =>
        [...found].sort(([p, a], [q, b]) => b.confidence - a.confidence || p - q).map(([, f]) => f),
    };
  };
}

/** The fields every finding about a pair has in common. */
export function aboutPair(
  context: AuditContext,
  p: number,
): Pick<Detected, 'file' | 'image' | 'pair' | 'caption' | 'source'> {
  const pair = context.pair(p);
  return {
    file: pair.source.file,
    image: pair.image,
    pair: p,
    caption: pair.caption,
    source: pair.source,
  };
}

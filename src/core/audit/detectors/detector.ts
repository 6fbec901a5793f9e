import type { Dataset, Pair } from '../../dataset/dataset.ts';
import type { EmbeddedDataset } from '../embeddedDataset.ts';
import type { Problem } from '../../dataset/problem.ts';
import type { ClipTokens } from '../../text/clipTokens.ts';
import type { Steps } from '../../steps.ts';
import type { AuditModel } from '../auditModel.ts';
import type { Finding } from '../finding.ts';
import type { PicturesElsewhere } from '../picturesElsewhere.ts';
import type { Rule } from '../rule.ts';
import type { NounFinder } from '../../ports.ts';
import type { Vocabulary } from '../vocabulary.ts';
import type { WordCounts } from '../words.ts';
import type { SentenceFits } from '../sentenceFits.ts';
import type { WordSupports } from '../wordSupports.ts';

/**
 * Input of detectors. Pairs have numbers that are stable while captions are edited. Numbers of deleted captions are
 * unused for a while, so use `pairs()` to iterate over the existing pairs.
 */
export interface AuditContext {
  /** Numbers of the existing pairs, in unspecified order. */
  pairs(): Iterable<number>;
  /** Whether a number is one of `pairs()`, without going through them. */
  holds(p: number): boolean;
  /** The pair with this number, one of `pairs()`. */
  pair(p: number): Pair;
  /** Numbers of the pairs of an image, by caption index. */
  pairsOfImage(image: string): readonly number[];
  /** The trainer that will read the dataset; undefined if it is not known. */
  readonly trainer: Dataset['trainer'];
  /** Counts the tokens of captions, if the trainer's text encoder is CLIP. */
  readonly clipTokens?: ClipTokens | undefined;
  /** Current problems of files and rows, and images that could not be decoded. */
  problems(): readonly Problem[];
  /** Embeddings, and the row of each pair in them. */
  readonly embedded: Pick<
    EmbeddedDataset,
    'images' | 'texts' | 'imageRow' | 'textRow' | 'boilerplate'
  >;
  /** For each pair whether its caption was scored. */
  readonly judged: readonly boolean[];
  /** For each pair whether the user verified it; its caption is then not reported as wrong. */
  readonly verified: readonly boolean[];
  /** For each pair the language of its caption, if it is clearly one that the encoder does not support. */
  readonly languages: readonly (string | undefined)[];
  /** Replaced by another when verdicts calibrate the dataset again. */
  readonly model: AuditModel;
  /** For each pair the probability that its caption is wrong; NaN if it was not scored. */
  readonly mismatch: Float64Array;
  readonly words: WordCounts;
  /** The embedded words of the captions, and what finds their nouns; without them no words are named. */
  readonly vocabulary?: Vocabulary | undefined;
  readonly nouns?: NounFinder | undefined;
  /** Support of the doubtful words of captions. */
  readonly supports?: WordSupports | undefined;
  /** How well the sentences of longer captions fit; undefined if there are none. */
  sentences?: SentenceFits | undefined;
  /** Images of datasets of the same folder that were audited before. */
  readonly elsewhere: readonly PicturesElsewhere[];
  /** Pictures that the user called different, by `pictureKey`. */
  readonly different?: ReadonlySet<string> | undefined;
}

/** A finding before its level is known. */
export type Detected = Omit<Finding, 'level'>;

/**
 * Updates the findings of a detector as captions change. Belongs to one audit of one dataset. Must read the context again
 * at each call, because its tables are replaced when pairs are added.
 */
export interface Tracker {
  /** Detects in the whole dataset, in steps. */
  detectAll(): Steps<void>;
  /**
   * @param changed pairs with another caption or decision, including deleted ones: their findings are detected again
   * @param moved pairs with another probability
   * @returns whether a finding was added, removed or detected again.
   */
  update(changed: ReadonlySet<number>, moved: Iterable<number>): boolean;
  /** Must be called after captions of other datasets may have changed; whether findings did. Few detectors look at them. */
  elsewhereChanged?(): boolean;
  /** Suggests fixes for the finding about a pair again: other captions may have changed since. */
  renew?(p: number): void;
  /** The current findings, the most important first. */
  findings(): readonly Detected[];
}

/** Detects one kind of error. To add one, create a file beside this one and add a line to detectorTable.ts. */
export interface Detector {
  /** The rules it reports. */
  readonly rules: readonly Rule[];
  /** Creates a tracker without findings. `onChange`, `onImages` and `perPair` create one from a function. */
  track(context: AuditContext): Tracker;
}

type Detect = (context: AuditContext) => Detected[] | Steps<Detected[]>;

/** Tracker for fast detectors of captions, decisions or problems: runs again after every change. */
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

/** Tracker for detectors that use images only: runs once per audit. */
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

/** Pairs per step of `perPair`. */
const PAIRS_PER_STEP = 50;

type DetectPair = (context: AuditContext, p: number) => Detected | undefined;

/** Tracker for detectors of single pairs: runs again for changed pairs and for those with another probability. */
export function perPair(detect: DetectPair): Detector['track'] {
  return (context) =>
    trackPairs(context, detect, (changed, moved) => new Set([...changed, ...moved]));
}

/** Tracker for detectors of captions alone: runs again for changed pairs. */
export function perCaption(detect: DetectPair): Detector['track'] {
  return (context) => trackPairs(context, detect, (changed) => changed);
}

function trackPairs(
  context: AuditContext,
  detect: DetectPair,
  concerned: (changed: ReadonlySet<number>, moved: Iterable<number>) => Iterable<number>,
): Tracker {
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
      let news = false;
      for (const p of concerned(changed, moved)) {
        news = (context.holds(p) ? look(p) : found.delete(p)) || news;
      }
      return news;
    },
    findings: () =>
      [...found].sort(([p, a], [q, b]) => b.confidence - a.confidence || p - q).map(([, f]) => f),
  };
}

/** The common fields of findings about a pair. */
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

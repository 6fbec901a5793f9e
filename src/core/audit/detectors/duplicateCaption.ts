import type { Steps } from '../../steps.ts';
import { sentence } from '../../text/sentence.ts';
import {
  aboutPair,
  type AuditContext,
  type Detected,
  type Detector,
  type Tracker,
} from './detector.ts';

/** Fewest words of a caption that is not written twice by chance. */
const FEWEST_WORDS = 4;
/**
 * Largest share of pairs whose caption is that of other pictures, too: above it, captions are written from a template. So
 * many pairs are reported in any dataset.
 */
const LARGEST_SHARE = 0.05;
const IN_ANY_DATASET = 4;
/** Images named in the evidence. */
const NAMED = 3;

/** One caption of several pictures, in a dataset where that is rare: it was copied and not changed. */
export const duplicateCaption: Detector = {
  rules: [
    {
      code: 'duplicate-caption',
      level: 'info',
      title: sentence('One caption for several pictures'),
      shortTitle: sentence('Caption of several pictures'),
      meaning: sentence(
        'Different pictures have the same caption, word for word. In this dataset that is rare: it may be a copy that was not changed.',
      ),
    },
  ],
  track: (context) => new DuplicateCaptionTracker(context),
};

/** Pairs compared in one step. */
const PAIRS_PER_STEP = 500;

class DuplicateCaptionTracker implements Tracker {
  readonly #context: AuditContext;
  /** Pairs by what equal captions have in common, and the other way round. */
  readonly #groups = new Map<string, Set<number>>();
  readonly #keys = new Map<number, string>();
  #found: readonly Detected[] | undefined;

  constructor(context: AuditContext) {
    this.#context = context;
  }

  *detectAll(): Steps<void> {
    this.#groups.clear();
    this.#keys.clear();
    this.#found = undefined;
    let added = 0;
    for (const p of this.#context.pairs()) {
      this.#add(p);
      if (++added % PAIRS_PER_STEP === 0) yield;
    }
  }

  update(changed: ReadonlySet<number>): boolean {
    for (const p of changed) {
      this.#remove(p);
      if (this.#context.holds(p)) this.#add(p);
    }
    this.#found = undefined;
    return false;
  }

  findings(): readonly Detected[] {
    return (this.#found ??= this.#detect());
  }

  #add(p: number): void {
    const key = captionKey(this.#context.pair(p).caption);
    if (key === undefined) return;
    this.#keys.set(p, key);
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, new Set([p]));
    else group.add(p);
  }

  #remove(p: number): void {
    const key = this.#keys.get(p);
    if (key === undefined) return;
    this.#keys.delete(p);
    const group = this.#groups.get(key);
    group?.delete(p);
    if (group?.size === 0) this.#groups.delete(key);
  }

  #detect(): readonly Detected[] {
    const repeated = [...this.#groups.values()]
      .filter(({ size }) => size > 1)
      .map((group) => firstOfPictures(this.#context, group))
      .filter((group) => group.length > 1);
    const pairs = repeated.reduce((sum, group) => sum + group.length, 0);
    if (pairs > Math.max(IN_ANY_DATASET, LARGEST_SHARE * this.#keys.size)) return [];
    return repeated
      .filter((group) => group.some((p) => this.#context.verified[p] !== true))
      .map((group) => finding(this.#context, group));
  }
}

/** The caption without what differs by chance; undefined if it is too short. */
function captionKey(caption: string): string | undefined {
  const words = caption
    .normalize('NFC')
    .toLowerCase()
    .split(/[\s_]+/u);
  const key = words.join(' ').replace(/^ | ?\.? ?$/gu, '');
  return key.split(' ').length < FEWEST_WORDS ? undefined : key;
}

/** One pair for each picture (files with the same bytes are one) and for each place in a caption file: images can share it. */
function firstOfPictures(context: AuditContext, group: ReadonlySet<number>): number[] {
  const { pictureOf } = context.model.scorer.graph;
  const pictures = new Set<number | undefined>();
  const places = new Set<string>();
  return [...group]
    .sort((a, b) => a - b)
    .filter((p) => {
      const picture = pictureOf[context.embedded.imageRow[p] ?? -1];
      const { file, range } = context.pair(p).source;
      const place = `${file} ${range.start}`;
      if (pictures.has(picture) || places.has(place)) return false;
      pictures.add(picture);
      places.add(place);
      return true;
    });
}

function finding(context: AuditContext, [first = 0, ...others]: readonly number[]): Detected {
  const names = others.slice(0, NAMED).map((p) => context.pair(p).image);
  const more = others.length - names.length;
  return {
    code: 'duplicate-caption',
    ...aboutPair(context, first),
    message: sentence('{0} pictures have this caption.', others.length + 1),
    evidence: [
      more > 0
        ? sentence('It is also that of {0} and {1} more.', names.join(', '), more)
        : sentence('It is also that of {0}.', names.join(', ')),
    ],
    confidence: 1,
    relatedPairs: others,
    relatedFiles: [],
    fixes: [],
    remedy: sentence(
      'Say in each caption what its own picture shows, or mark the pair as verified.',
    ),
  };
}

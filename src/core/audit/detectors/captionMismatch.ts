import { evidenceOf } from '../captionEvidence.ts';
import { type Candidate, captionsFor, type Homes, homesOf } from '../candidates.ts';
import type { Fix } from '../finding.ts';
import type { Suspicions } from '../suspicions.ts';
import type { Steps } from '../../steps.ts';
import {
  type AuditContext,
  type Detected,
  type Detector,
  type Tracker,
  aboutPair,
} from './detector.ts';
import { sentence } from '../../text/sentence.ts';

/** Wanted precision of all reported captions; a single one must be more likely wrong than not. */
const WANTED_PRECISION = 0.8;
const LEAST_PROBABILITY = 0.5;
const SUGGESTIONS = 3;
/** Captions with a lower probability are not suggested. */
const LEAST_MATCH = 0.02;

/** The caption does not describe this image. */
export const captionMismatch: Detector = {
  rules: [
    {
      code: 'caption-mismatch',
      level: 'warning',
      title: sentence('Mismatched captions'),
      shortTitle: sentence('Mismatched caption'),
      meaning: sentence(
        'The caption says something else than the picture shows. A model trained on the pair learns a wrong association.',
      ),
      wrongCaption: true,
    },
  ],
  track: (context) => new MismatchTracker(context),
};

/** Explaining a caption takes one or two milliseconds, so that a step is short. */
const EXPLAINED_PER_STEP = 4;

class MismatchTracker implements Tracker {
  readonly #context: AuditContext;
  readonly #found = new Map<number, Detected>();
  /** Probability from which captions are reported, and the calibration that it belongs to. */
  #threshold = 1;
  #calibrated: Suspicions | undefined;

  constructor(context: AuditContext) {
    this.#context = context;
  }

  *detectAll(): Steps<void> {
    this.#calibrate();
    this.#found.clear();
    let explained = 0;
    const homes = homesOf(this.#context);
    for (const p of this.#context.pairs()) {
      if (!this.#isDoubtful(p)) continue;
      this.#found.set(p, mismatchOf(this.#context, homes, p));
      if (++explained % EXPLAINED_PER_STEP === 0) yield;
    }
  }

  update(changed: ReadonlySet<number>, moved: Iterable<number>): boolean {
    const again = new Set(changed);
    const { model } = this.#context;
    if (model.suspicions !== this.#calibrated) {
      this.#calibrate();
      moved = this.#context.pairs();
    }
    for (const p of moved) {
      const known = this.#found.get(p);
      if (this.#isDoubtful(p) !== (known !== undefined)) again.add(p);
      else if (known !== undefined) this.#found.set(p, { ...known, ...doubt(this.#context, p) });
    }
    // Most keystrokes make no caption doubtful; only doubtful ones need all pairs to be looked at.
    let homes: Homes | undefined;
    for (const p of again) {
      if (!this.#isDoubtful(p)) {
        this.#found.delete(p);
        continue;
      }
      homes ??= homesOf(this.#context);
      this.#found.set(p, mismatchOf(this.#context, homes, p));
    }
    return again.size > 0;
  }

  renew(p: number): void {
    if (this.#found.has(p)) {
      this.#found.set(p, mismatchOf(this.#context, homesOf(this.#context), p));
    }
  }

  findings(): readonly Detected[] {
    return [...this.#found]
      .sort(([p, a], [q, b]) => b.confidence - a.confidence || p - q)
      .map(([, finding]) => finding);
  }

  #calibrate(): void {
    const { model } = this.#context;
    this.#threshold = model.reportedFrom ?? reportThreshold(openMismatch(this.#context));
    this.#calibrated = model.suspicions;
  }

  #isDoubtful(p: number): boolean {
    const { judged, verified, mismatch } = this.#context;
    return judged[p] === true && verified[p] !== true && mismatch[p]! >= this.#threshold;
  }
}

/** Of a doubtful caption only: one that fits well may have no evidence against it either. */
const NO_BETTER_THAN_RANDOM = sentence(
  'It fits no better than captions drawn at random from this dataset.',
);

/** The finding about pair `p`. */
export function mismatchOf(context: AuditContext, homes: Homes, p: number): Detected {
  const { embedded } = context;
  const image = embedded.imageRow[p]!;
  const text = embedded.textRow[p]!;
  const evidence = evidenceOf(context, image, text);
  return {
    code: 'caption-mismatch',
    ...aboutPair(context, p),
    ...doubt(context, p),
    evidence: evidence.length > 0 ? evidence : [NO_BETTER_THAN_RANDOM],
    relatedPairs: [],
    relatedFiles: [],
    fixes: [
      ...bestCaptions(context, homes, p).map(({ row: t, match, homeless }): Fix => ({
        kind: 'replace-caption',
        caption: embedded.texts.texts[t]!,
        match,
        homeless,
      })),
      { kind: 'mark-verified' },
      { kind: 'exclude-pair' },
    ],
    remedy: sentence(
      'Rewrite the caption, mark the pair as verified, or leave it out of the training.',
    ),
  };
}

/** How sure the finding about pair `p` is. */
function doubt({ mismatch }: AuditContext, p: number): Pick<Detected, 'message' | 'confidence'> {
  return {
    message: sentence(
      'The caption does not seem to describe this image ({0} sure).',
      percent(mismatch[p]!),
    ),
    confidence: mismatch[p]!,
  };
}

/** The probabilities of the pairs that may be reported: scored and not verified. */
export function openMismatch({
  mismatch,
  verified,
}: Pick<AuditContext, 'mismatch' | 'verified'>): Float64Array {
  return mismatch.filter((probability, p) => !Number.isNaN(probability) && verified[p] !== true);
}

/** The lowest threshold of probabilities, at least 0.5, at which what is reported reaches the wanted precision. */
export function reportThreshold(probabilities: Float64Array): number {
  const sorted = [...probabilities].filter((p) => p >= LEAST_PROBABILITY).sort((a, b) => b - a);
  let sum = 0;
  // A single caption with this probability reaches the precision.
  let threshold = WANTED_PRECISION;
  for (const [n, probability] of sorted.entries()) {
    sum += probability;
    if (sum / (n + 1) >= WANTED_PRECISION) threshold = Math.min(threshold, probability);
  }
  const all = sorted.length > 0 && sum / sorted.length >= WANTED_PRECISION;
  return all ? LEAST_PROBABILITY : threshold;
}

/**
 * Homeless captions that may belong to this image, the most probable first. A caption that fits its own image is not a
 * fix.
 */
export function bestCaptions(context: AuditContext, homes: Homes, p: number): Candidate[] {
  const { embedded, mismatch } = context;
  const own = { text: embedded.textRow[p]!, mismatch: mismatch[p]! };
  return captionsFor(context, homes, embedded.imageRow[p]!, own)
    .filter(({ homeless, match }) => homeless && match >= LEAST_MATCH)
    .slice(0, SUGGESTIONS);
}

export function percent(probability: number): string {
  return `${Math.min(99, Math.round(100 * probability))} %`;
}

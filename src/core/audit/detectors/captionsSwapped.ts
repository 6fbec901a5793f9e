import {
  exchangeProbability,
  type PossibleExchange,
  probabilitiesOf,
  Suspects,
} from '../exchanges.ts';
import type { Steps } from '../../steps.ts';
import {
  type AuditContext,
  type Detected,
  type Detector,
  type Tracker,
  aboutPair,
} from './detector.ts';
import { sentence } from '../../text/sentence.ts';
import { reportThreshold, openMismatch } from './captionMismatch.ts';

/** Smallest probability, before others are known, of a stored exchange; those that are not reported only compete. */
const LEAST_COUNTED = 0.05;
/** Candidates for the next caption of a ring of three. */
const NEXT_IN_RING = 3;

/** Two or three pairs that match better after their captions are exchanged. */
export const captionsSwapped: Detector = {
  rules: [
    {
      code: 'captions-swapped',
      level: 'warning',
      title: sentence('Swapped captions'),
      shortTitle: sentence('Swapped caption'),
      meaning: sentence(
        'Two or three pairs fit better when their captions change places: each caption describes the image of another.',
      ),
      wrongCaption: true,
      supersedes: ['caption-mismatch', 'conflicting-captions'],
    },
  ],
  track: (context) => new SwapTracker(context),
};

/** Suspicious pairs whose partners are searched in one step. */
const SEARCHED_PER_STEP = 4;

class SwapTracker implements Tracker {
  readonly #context: AuditContext;
  #exchanges: PossibleExchange[] = [];

  constructor(context: AuditContext) {
    this.#context = context;
  }

  *detectAll(): Steps<void> {
    const suspects = new Suspects(this.#context);
    const found: PossibleExchange[] = [];
    let sought = 0;
    for (const p of suspects.pairs()) {
      if (sought++ % SEARCHED_PER_STEP === 0) yield;
      // Each exchange is added by its lowest pair.
      found.push(...exchangesOf(suspects, p).filter(({ pairs }) => Math.min(...pairs) === p));
    }
    this.#exchanges = found;
  }

  update(changed: ReadonlySet<number>, moved: Iterable<number>): boolean {
    const again = new Set([...changed, ...moved]);
    if (again.size === 0) return false;
    const suspects = new Suspects(this.#context);
    const before = this.#exchanges;
    const kept = before.filter(({ pairs }) => pairs.every((p) => !again.has(p) && suspects.has(p)));
    const found = new Map<string, PossibleExchange>();
    for (const p of again) {
      if (!suspects.has(p)) continue;
      for (const exchange of exchangesOf(suspects, p)) {
        found.set([...exchange.pairs].sort((a, b) => a - b).join(' '), exchange);
      }
    }
    this.#exchanges = [...kept, ...found.values()];
    return kept.length !== before.length || found.size > 0;
  }

  findings(): readonly Detected[] {
    return exchangeFindings(this.#context, this.#exchanges);
  }
}

/** The exchanges with `p` that have at least probability LEAST_COUNTED. */
function exchangesOf(suspects: Suspects, p: number): PossibleExchange[] {
  const swaps = suspects.partnersOf(p).map(({ pair: q }) => {
    const pairs = [Math.min(p, q), Math.max(p, q)] as const;
    return { pairs, odds: suspects.swapped(...pairs) };
  });
  const next = (of: number): readonly number[] => suspects.nextOf(of, NEXT_IN_RING);
  const rings = [...suspects.ringsOf(p, next)].map((pairs) => ({
    pairs: fromLowest(pairs),
    odds: suspects.turned(...pairs),
  }));
  return [...swaps, ...rings].filter(({ odds }) => exchangeProbability(odds) >= LEAST_COUNTED);
}

/** The same ring, rotated to begin with its lowest pair. */
function fromLowest(pairs: readonly number[]): readonly number[] {
  const at = pairs.indexOf(Math.min(...pairs));
  return [...pairs.slice(at), ...pairs.slice(0, at)];
}

/** The exchanges to report: the most probable first, each pair in at most one. */
function exchangeFindings(
  context: AuditContext,
  exchanges: readonly PossibleExchange[],
): Detected[] {
  if (exchanges.length === 0) return [];
  const wrong = openMismatch(context).reduce((sum, probability) => sum + probability, 0);
  const probabilities = probabilitiesOf(exchanges, wrong);
  const shared = exchanges.map(({ pairs }, e) => ({ pairs, probability: probabilities[e]! }));
  const taken = new Set<number>();
  const apart = shared
    .sort((a, b) => b.probability - a.probability || compareLists(a.pairs, b.pairs))
    .filter(({ pairs }) => {
      if (pairs.some((p) => taken.has(p))) return false;
      for (const p of pairs) taken.add(p);
      return true;
    });
  const threshold = reportThreshold(Float64Array.from(apart, (each) => each.probability));
  return apart.flatMap(({ pairs, probability }): Detected[] =>
    probability < threshold
      ? []
      : pairs.map((_, at) =>
          finding(context, [...pairs.slice(at), ...pairs.slice(0, at)], probability),
        ),
  );
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? 0);
}

/** @param pairs the first is the finding's pair; the correct caption of its image is that of the second */
function finding(context: AuditContext, pairs: readonly number[], confidence: number): Detected {
  const [p = -1, q = -1, r] = pairs;
  const other = context.pair(q);
  const last = context.pair(r ?? q);
  return {
    code: 'captions-swapped',
    ...aboutPair(context, p),
    message:
      r === undefined
        ? sentence('This caption and that of {0} seem to be swapped.', other.image)
        : sentence(
            'This caption and those of {0} and {1} seem to have changed places.',
            other.image,
            last.image,
          ),
    evidence: [
      sentence('The caption of {0} fits this image: “{1}”', other.image, other.caption),
      sentence('This caption fits {0}.', last.image),
    ],
    confidence,
    relatedPairs: pairs.slice(1),
    relatedFiles: pairs.slice(1).map((other) => context.pair(other).image),
    fixes: [
      r === undefined
        ? { kind: 'swap-captions', pair: p, other: q }
        : {
            kind: 'move-captions',
            moves: pairs.map((to, at) => ({ to, from: pairs[(at + 1) % pairs.length]! })),
          },
      { kind: 'mark-verified' },
    ],
  };
}

import { type Shift, shiftedRuns, stillShifted } from '../shifts.ts';
import type { Steps } from '../../steps.ts';
import { sentence } from '../../text/sentence.ts';
import {
  type AuditContext,
  type Detected,
  type Detector,
  type Tracker,
  aboutPair,
} from './detector.ts';

/** Captions of consecutive images that are shifted by some places. */
export const captionsShifted: Detector = {
  rules: [
    {
      code: 'captions-shifted',
      level: 'warning',
      title: sentence('Shifted captions'),
      shortTitle: sentence('Shifted captions'),
      meaning: sentence(
        'From one image on the captions moved along in the order of the files: each describes a neighbour of its image.',
      ),
      wrongCaption: true,
      supersedes: ['caption-mismatch', 'captions-swapped', 'conflicting-captions'],
      coversRelated: true,
    },
  ],
  track: (context) => new ShiftTracker(context),
};

class ShiftTracker implements Tracker {
  readonly #context: AuditContext;
  #shifts: readonly Shift[] = [];

  constructor(context: AuditContext) {
    this.#context = context;
  }

  *detectAll(): Steps<void> {
    this.#shifts = yield* shiftedRuns(this.#context);
  }

  /** New runs are detected by the next whole audit only: editing one caption does not create a run. */
  update(changed: ReadonlySet<number>): boolean {
    const before = this.#shifts;
    const { judged } = this.#context;
    this.#shifts = before.filter((shift) => {
      if (!shift.pairs.some((p) => changed.has(p))) return true;
      return (
        shift.pairs.every((p) => this.#context.holds(p) && judged[p] === true) &&
        stillShifted(this.#context, shift)
      );
    });
    return this.#shifts.length !== before.length;
  }

  findings(): readonly Detected[] {
    return this.#shifts.map((shift) => finding(this.#context, shift));
  }
}

function finding(context: AuditContext, shift: Shift): Detected {
  const { pairs, by, length, probability } = shift;
  const [first = -1, ...others] = pairs;
  const places = Math.abs(by);
  const last = context.pair(pairs.at(-1)!).image;
  return {
    code: 'captions-shifted',
    ...aboutPair(context, first),
    message: sentence('From here to {0} the captions seem to have moved by {1}.', last, places),
    evidence: [
      by < 0
        ? sentence('{0} captions in a row fit the image {1} further on.', length, places)
        : sentence('{0} captions in a row fit the image {1} further back.', length, places),
    ],
    confidence: probability,
    relatedPairs: others,
    relatedFiles: others.map((p) => context.pair(p).image),
    fixes: [{ kind: 'move-captions', moves: movesBack(shift) }],
    remedy: sentence('Move the captions back, and look at those of the first and last images.'),
  };
}

/**
 * Moves each caption back by `by` places. The remaining captions are assigned to the remaining images, so that none is
 * lost; the user must check these.
 */
function movesBack({ pairs, by }: Shift): { readonly to: number; readonly from: number }[] {
  const n = pairs.length;
  return pairs.map((to, at) => ({ to, from: pairs[(((at + by) % n) + n) % n]! }));
}

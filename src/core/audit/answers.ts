import type { Steps } from '../steps.ts';
import { type Answers, calibrate } from './calibration.ts';
import type { Suspicion, Suspicions } from './suspicions.ts';
import type { Rivals } from './rivals.ts';

/*
 * What a person said of captions: it calibrates the dataset again, without scoring or embedding anything.
 */

/** Combined score of a caption for each kind of error. */
export type CombinedScores = { readonly [Way in keyof Suspicions]: number };

/** The same of every pair, by number; NaN for pairs that are not scored. */
export type ScoresOfPairs = { readonly [Way in keyof Suspicions]: Float64Array };

/** How a person shows that a caption is wrong. */
export type SaidWrong = 'replaced' | 'excluded';

/** Probability of each answer if the caption is wrong; 1 minus this if it is right. People err, and exclude blurred pictures too. */
const IF_WRONG = { verified: 0.05, replaced: 0.95, excluded: 0.75 };

/** A caption that a person does not want; it is not among the scored pairs. */
export interface UnwantedCaption {
  readonly said: SaidWrong;
  readonly scores: CombinedScores;
}

/** What is known of a dataset's captions now. */
export interface Answered {
  readonly scores: ScoresOfPairs;
  /** For each pair whether a person found its caption right. */
  readonly verified: readonly boolean[];
  readonly unwanted: readonly UnwantedCaption[];
}

/**
 * The suspicions, calibrated with what a person said. An answer counts for the kind of error that seemed more likely before
 * all answers: a person looks where that one is high, which says nothing of the other.
 */
export function* taught(suspicions: Suspicions, answered: Answered): Steps<Suspicions> {
  const { exchanged, foreign } = suspicions;
  const wayOf = (scores: CombinedScores): keyof Suspicions =>
    exchanged.untaught.mismatch(scores.exchanged) >= foreign.untaught.mismatch(scores.foreign)
      ? 'exchanged'
      : 'foreign';
  return {
    exchanged: yield* recalibrated(exchanged, 'exchanged', answered, wayOf),
    foreign: yield* recalibrated(foreign, 'foreign', answered, wayOf),
  };
}

function* recalibrated(
  suspicion: Suspicion,
  way: keyof Suspicions,
  { scores, verified, unwanted }: Answered,
  wayOf: (scores: CombinedScores) => keyof Suspicions,
): Steps<Suspicion> {
  const { random, near, rivals } = suspicion.known;
  const here = scores[way];
  const observed = here.filter((score) => !Number.isNaN(score));
  const isAnswer = (p: number): boolean =>
    verified[p] === true &&
    wayOf({ exchanged: scores.exchanged[p]!, foreign: scores.foreign[p]! }) === way;
  const right = here.filter((score, p) => !Number.isNaN(score) && isAnswer(p));
  const wrong = (wanted: SaidWrong): Answers => ({
    ifWrong: IF_WRONG[wanted],
    scores: Float64Array.from(
      unwanted.filter(({ said, scores: of }) => said === wanted && wayOf(of) === way),
      ({ scores: of }) => of[way],
    ),
    observed: false,
  });
  const said: Answers[] = [
    { ifWrong: IF_WRONG.verified, scores: right, observed: true },
    wrong('replaced'),
    wrong('excluded'),
  ];
  const open = withoutVerified(rivals, verified);
  const calibration = yield* calibrate(observed, random, near, open, said);
  return { ...suspicion, calibration };
}

/** A verified caption is right whatever else there is for its image. */
function withoutVerified({ pairs, own, best }: Rivals, verified: readonly boolean[]): Rivals {
  const open = (_: number, at: number): boolean => verified[pairs[at]!] !== true;
  return { pairs: pairs.filter(open), own: own.filter(open), best: best.filter(open) };
}

import { mulberry32 } from '../random.ts';
import type { Steps } from '../steps.ts';
import type { WeightedEdges } from './neighbourGraph.ts';

/** Places of items in the plane: item i lies at `xy[2 * i]`, `xy[2 * i + 1]`. */
export type Places = Float32Array;

/** Rounds for few items, and for so many that fewer suffice. */
const ROUNDS = { few: 500, many: 200 } as const;
const MANY_ITEMS = 5_000;
/** Items pushed away each time an edge pulls. */
const REPELLED = 5;
/** Longest move of one pull or push. */
const LONGEST_MOVE = 4;
/** Keeps the push of two items at the same place finite. */
const NO_DISTANCE = 0.001;
/** Edges between two steps: a few milliseconds. */
const PER_STEP = 20_000;

/**
 * Moves items in the plane until those joined by strong edges are close together and others are not: the optimisation of
 * UMAP by sampling edges, with 1 / (1 + d²) as the curve of closeness (a = b = 1), whose gradient needs no power. The same input yields the
 * same places on every machine.
 * @param places of the items at the beginning, which are moved
 * @param onShare is told which share is done
 */
export function* layOut(
  places: Places,
  { heads, tails, weights }: WeightedEdges,
  onShare: (share: number) => void = () => undefined,
): Steps<Places> {
  const items = places.length / 2;
  const rounds = items > MANY_ITEMS ? ROUNDS.many : ROUNDS.few;
  const random = mulberry32(1);
  const strongest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  // An edge pulls once in so many rounds; `due` is the round of its next pull.
  const every = weights.map((weight) => strongest / weight);
  const due = every.slice();
  for (let round = 1; round <= rounds; round++) {
    const pace = 1 - (round - 1) / rounds;
    for (let e = 0; e < heads.length; e++) {
      if (e % PER_STEP === 0) yield;
      if (due[e]! > round) continue;
      due[e] = due[e]! + every[e]!;
      const head = heads[e]! * 2;
      pull(places, head, tails[e]! * 2, pace);
      for (let n = 0; n < REPELLED; n++) {
        const other = Math.floor(random() * items) * 2;
        if (other !== head) push(places, head, other, pace);
      }
    }
    onShare(round / rounds);
  }
  return places;
}

/** Moves two items towards each other. */
function pull(places: Places, a: number, b: number, pace: number): void {
  const dx = places[a]! - places[b]!;
  const dy = places[a + 1]! - places[b + 1]!;
  const force = -2 / (1 + dx * dx + dy * dy);
  const x = bounded(force * dx) * pace;
  const y = bounded(force * dy) * pace;
  places[a] = places[a]! + x;
  places[a + 1] = places[a + 1]! + y;
  places[b] = places[b]! - x;
  places[b + 1] = places[b + 1]! - y;
}

/** Moves item `a` away from item `b`. */
function push(places: Places, a: number, b: number, pace: number): void {
  const dx = places[a]! - places[b]!;
  const dy = places[a + 1]! - places[b + 1]!;
  const apart = dx * dx + dy * dy;
  const force = 2 / ((NO_DISTANCE + apart) * (1 + apart));
  places[a] = places[a]! + bounded(force * dx) * pace;
  places[a + 1] = places[a + 1]! + bounded(force * dy) * pace;
}

function bounded(move: number): number {
  return move > LONGEST_MOVE ? LONGEST_MOVE : move < -LONGEST_MOVE ? -LONGEST_MOVE : move;
}

import { mulberry32 } from '../random.ts';
import type { Steps } from '../steps.ts';
import type { Places } from './layOut.ts';

/** A division of the plane. */
export interface Regions {
  readonly count: number;
  /** Region of each item. */
  readonly of: Int32Array;
}

const MOST_REGIONS = 12;
const ROUNDS = 25;

/** Divides placed items into regions of items that lie together (k-means), the largest first. */
export function* regionsOf(places: Places): Steps<Regions> {
  const items = places.length / 2;
  const count = Math.max(1, Math.min(MOST_REGIONS, Math.round(Math.sqrt(items) / 4)));
  const centres = yield* startingCentres(places, count);
  const of = new Int32Array(items);
  for (let round = 0; round < ROUNDS; round++) {
    yield;
    const sums = new Float64Array(count * 3);
    let moved = 0;
    for (let i = 0; i < items; i++) {
      const region = nearestCentre(centres, places[2 * i]!, places[2 * i + 1]!);
      if (region !== of[i]) moved++;
      of[i] = region;
      sums[3 * region] = sums[3 * region]! + places[2 * i]!;
      sums[3 * region + 1] = sums[3 * region + 1]! + places[2 * i + 1]!;
      sums[3 * region + 2] = sums[3 * region + 2]! + 1;
    }
    if (moved === 0 && round > 0) break;
    for (let c = 0; c < count; c++) {
      const size = sums[3 * c + 2]!;
      if (size > 0) centres.set([sums[3 * c]! / size, sums[3 * c + 1]! / size], 2 * c);
    }
  }
  return bySize(of, count);
}

/** Centres far from one another (k-means++, Arthur and Vassilvitskii, 2007). */
function* startingCentres(places: Places, count: number): Steps<Float64Array> {
  const items = places.length / 2;
  const random = mulberry32(3);
  const centres = new Float64Array(count * 2);
  const apart = new Float64Array(items).fill(Infinity);
  let chosen = Math.floor(random() * items);
  for (let c = 0; c < count; c++) {
    yield;
    const [x, y] = [places[2 * chosen] ?? 0, places[2 * chosen + 1] ?? 0];
    centres.set([x, y], 2 * c);
    let total = 0;
    for (let i = 0; i < items; i++) {
      apart[i] = Math.min(apart[i]!, squared(places[2 * i]! - x, places[2 * i + 1]! - y));
      total += apart[i]!;
    }
    let left = random() * total;
    chosen = Math.max(
      0,
      apart.findIndex((distance) => (left -= distance) <= 0),
    );
  }
  return centres;
}

function nearestCentre(centres: Float64Array, x: number, y: number): number {
  let best = 0;
  let least = Infinity;
  for (let c = 0; c < centres.length / 2; c++) {
    const distance = squared(centres[2 * c]! - x, centres[2 * c + 1]! - y);
    if (distance < least) [best, least] = [c, distance];
  }
  return best;
}

function squared(x: number, y: number): number {
  return x * x + y * y;
}

/** The regions that have an item, renumbered. */
function bySize(of: Int32Array, count: number): Regions {
  const sizes = new Int32Array(count);
  for (const region of of) sizes[region] = sizes[region]! + 1;
  const order = [...sizes.keys()]
    .filter((region) => sizes[region]! > 0)
    .sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const numberOf = new Int32Array(count);
  for (const [n, region] of order.entries()) numberOf[region] = n;
  return { count: order.length, of: of.map((region) => numberOf[region]!) };
}

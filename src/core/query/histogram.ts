import type { Quantity } from './query.ts';

/** Pairs whose number lies in a range, and the query that selects them. */
export interface Bin {
  readonly from: number;
  /** Exclusive; undefined for the last bin, which has no upper end. */
  readonly to: number | undefined;
  readonly pairs: number;
  readonly query: string;
}

/** Most bins of a histogram of whole numbers. */
const BINS = 20;
/** The longest captions are far apart: the last bin holds this share of them at most, where the others are even. */
const TAIL = 0.02;

/**
 * Bins of equal width, a round number, over positive whole numbers; the last one holds the rest.
 * @param values without an order; none yields no bin
 */
export function wholeNumberBins(quantity: Quantity, values: readonly number[]): Bin[] {
  const sorted = Float64Array.from(values).sort();
  const least = sorted[0];
  const most = sorted.at(-1);
  if (least === undefined || most === undefined) return [];
  const end = sorted[Math.floor((sorted.length - 1) * (1 - TAIL))] ?? most;
  const width = roundWidth(end - least + 1);
  const first = Math.floor(least / width) * width;
  const edges: number[] = [];
  for (let edge = first; edge <= end; edge += width) edges.push(edge);
  const past = edges.length * width + first;
  if (past <= most) edges.push(past);
  return binsBetween(quantity, edges, most < past ? past : undefined, sorted);
}

/**
 * Bins between edges.
 * @param edges their lower ends, ascending
 * @param end upper end of the last bin, exclusive; undefined if it has none
 * @param sorted ascending
 */
export function binsBetween(
  quantity: Quantity,
  edges: readonly number[],
  end: number | undefined,
  sorted: Float64Array,
): Bin[] {
  let place = 0;
  return edges.map((from, n) => {
    const to = edges[n + 1] ?? end;
    const start = place;
    while (place < sorted.length && (sorted[place] ?? 0) < (to ?? Infinity)) place++;
    // A caption of no characters is none: it is not counted.
    const above = from > 0 || quantity === 'match' ? `>=${from}` : '>0';
    const below = to === undefined ? '' : ` ${quantity}<${to}`;
    return { from, to, pairs: place - start, query: `${quantity}${above}${below}` };
  });
}

/** The least of 1, 2, 5, 10, 20, 50, ... that divides a range into at most `BINS` parts. */
function roundWidth(range: number): number {
  for (let power = 1; ; power *= 10) {
    for (const digit of [1, 2, 5]) if (range / (digit * power) <= BINS) return digit * power;
  }
}

import type { Places } from './layOut.ts';

/** Distance between points of the same item, as a share of the width of the map. */
const STEP = 0.004;
/** The golden angle: points on a spiral by it are evenly far from one another. */
const TURN = Math.PI * (3 - Math.sqrt(5));

/**
 * Places of points within the unit square; several of the same item lie on a small spiral around its place.
 * @param places of the items
 * @param itemOf item of each point
 */
export function spread(places: Places, itemOf: Int32Array): Places {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < places.length; i += 2) {
    left = Math.min(left, places[i]!);
    right = Math.max(right, places[i]!);
    top = Math.min(top, places[i + 1]!);
    bottom = Math.max(bottom, places[i + 1]!);
  }
  const width = Math.max(right - left, bottom - top);
  const scale = width > 0 ? 1 / width : 0;
  const margin = { x: (1 - (right - left) * scale) / 2, y: (1 - (bottom - top) * scale) / 2 };
  const seen = new Int32Array(places.length / 2);
  const out = new Float32Array(itemOf.length * 2);
  for (const [point, item] of itemOf.entries()) {
    const copy = seen[item]!;
    seen[item] = copy + 1;
    const reach = STEP * Math.sqrt(copy);
    const x = (places[2 * item]! - left) * scale + margin.x + reach * Math.cos(copy * TURN);
    const y = (places[2 * item + 1]! - top) * scale + margin.y + reach * Math.sin(copy * TURN);
    out[2 * point] = inUnit(x);
    out[2 * point + 1] = inUnit(y);
  }
  return out;
}

function inUnit(value: number): number {
  return Math.min(1, Math.max(0, value));
}

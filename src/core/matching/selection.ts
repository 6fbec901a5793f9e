/** Values of the current call, which are reordered. */
let scratch = new Float32Array(0);

/**
 * Writes the places of the largest values to `places`, as many as it has room for, the first `ordered` of them the
 * largest in descending order, the others in any. -1 where there are fewer numbers. Of equal values the first counts.
 */
export function placesOfLargest(values: Float32Array, places: Int32Array, ordered: number): void {
  const size = values.length;
  const wanted = Math.min(size, places.length);
  places.fill(-1);
  if (wanted === 0) return;
  if (scratch.length < size) scratch = new Float32Array(size);
  // Also for NaN.
  for (let n = 0; n < size; n++) scratch[n] = values[n]! > -Infinity ? values[n]! : -Infinity;
  const least = nthLargest(scratch, size, wanted);
  let held = 0;
  let above = 0;
  for (let n = 0; n < size; n++) if (values[n]! > least) above++;
  let equal = wanted - above;
  for (let n = 0; n < size; n++) {
    const value = values[n]!;
    if (value > least || (value === least && least > -Infinity && equal-- > 0)) {
      places[held++] = n;
    }
  }
  for (let first = 0; first < Math.min(ordered, held); first++) {
    let best = first;
    for (let p = first + 1; p < held; p++) {
      if (values[places[p]!]! > values[places[best]!]!) best = p;
    }
    [places[first], places[best]] = [places[best]!, places[first]!];
  }
}

/** The `n`th largest of the first `size` values, which are reordered (quickselect, Hoare 1961). */
function nthLargest(values: Float32Array, size: number, n: number): number {
  let low = 0;
  let high = size - 1;
  const at = n - 1;
  while (low < high) {
    const pivot = values[(low + high) >>> 1]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! > pivot) i++;
      while (values[j]! < pivot) j--;
      if (i > j) break;
      const value = values[i]!;
      values[i++] = values[j]!;
      values[j--] = value;
    }
    if (at <= j) high = j;
    else if (at >= i) low = i;
    else return pivot;
  }
  return values[at]!;
}

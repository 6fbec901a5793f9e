/** Mean and standard deviation of values, of which there is at least one. */
export function moments(values: ArrayLike<number>): {
  readonly mean: number;
  readonly deviation: number;
} {
  const { length } = values;
  let sum = 0;
  for (let n = 0; n < length; n++) sum += values[n]!;
  const mean = sum / length;
  let squares = 0;
  for (let n = 0; n < length; n++) squares += (values[n]! - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / length) };
}

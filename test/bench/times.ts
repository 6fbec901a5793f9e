/** Prints the quantiles of some times in milliseconds. */
export function reportTimes(what: string, times: readonly number[]): void {
  const p = (q: number) => quantile(times, q).toFixed(0).padStart(5);
  console.log(`  ${what.padEnd(30)} p50 ${p(0.5)} ms   p95 ${p(0.95)} ms   max ${p(1)} ms`);
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

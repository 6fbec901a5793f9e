/**
 * How many runs a property test makes, or how large its input is: `usual`, which fits the loop of edit and test, times
 * the environment variable PAIRLENS_RUNS.
 */
export function runs(usual: number): number {
  return Math.ceil(usual * Number(process.env['PAIRLENS_RUNS'] ?? 1));
}

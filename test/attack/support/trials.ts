/**
 * How much an attack tries. `ATTACK_TRIALS=500` is a count for every attack, `ATTACK_TRIALS=x10` a multiple of its own;
 * `ATTACK_FULL=1` asks for what is too long or too large for every run; `TEST_SEED=7` repeats a run's random choices.
 */
export function trials(usual: number): number {
  const asked = process.env['ATTACK_TRIALS'];
  if (asked === undefined || asked === '') return usual;
  const [, times, number] = /^(x?)(\d+(?:\.\d+)?)$/.exec(asked) ?? [];
  if (number === undefined) {
    throw new Error(`ATTACK_TRIALS is ${asked}: give a count (500) or a multiple (x10).`);
  }
  return Math.max(1, Math.round(times === 'x' ? usual * Number(number) : Number(number)));
}

/** Whether the sizes of a nightly run are asked for. */
export function full(): boolean {
  return (process.env['ATTACK_FULL'] ?? '') !== '';
}

export interface SeededRandom {
  readonly seed: number;
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  int(below: number): number;
  pick<T>(list: readonly T[]): T;
}

/** `TEST_SEED` or the clock. */
export function chosenSeed(): number {
  const asked = process.env['TEST_SEED'];
  return (asked === undefined || asked === '' ? Date.now() % 1e6 : Number(asked)) >>> 0;
}

/** Mulberry32 with the chosen seed, which it prints, so that a failure can be repeated. */
export function seededRandom(attack: string): SeededRandom {
  const seed = chosenSeed();
  console.log(`${attack}: TEST_SEED=${seed}`);
  return randomFrom(seed);
}

/** The random choices of a seed: a trial that has its own can be repeated alone. */
export function randomFrom(seed: number): SeededRandom {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number) => Math.floor(next() * below);
  return {
    seed,
    next,
    int,
    pick: (list) => {
      const chosen = list[int(list.length)];
      if (chosen === undefined) throw new Error('Nothing to pick from.');
      return chosen;
    },
  };
}

import type { Steps } from '../steps.ts';

/** One value (a row, a mean) for each embedding space. */
export interface Spaces<T> {
  /** Image embedding in the joint space. */
  readonly images: T;
  /** Caption embedding in the joint space. */
  readonly captions: T;
  readonly visuals: T;
  readonly priors: T;
  readonly sentences: T;
}

export const SPACES = [
  'images',
  'captions',
  'visuals',
  'priors',
  'sentences',
] as const satisfies readonly (keyof Spaces<unknown>)[];

/** Computes a value for every space, one per step. */
export function* forEachSpace<T>(make: (space: keyof Spaces<T>) => T): Steps<Spaces<T>> {
  const made: [keyof Spaces<T>, T][] = [];
  for (const space of SPACES) {
    made.push([space, make(space)]);
    yield;
  }
  return Object.fromEntries(made) as { [space in keyof Spaces<T>]: T };
}

import { groupBy } from '../../collections.ts';
import type { ComparedPictures } from './comparedPictures.ts';

/** Groups of images with the same bytes, with at least one of the audited dataset: ascending indices. */
export function exactGroups({ hashes, own }: Pick<ComparedPictures, 'hashes' | 'own'>): number[][] {
  const groups = groupBy(hashes.keys(), (i) => hashes[i]);
  return [...groups.values()].filter(
    ([first = own, ...others]) => first < own && others.length > 0,
  );
}

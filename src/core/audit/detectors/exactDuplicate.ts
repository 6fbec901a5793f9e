import { groupBy } from '../../collections.ts';
import type { ComparedPictures } from './comparedPictures.ts';

/** Groups of pictures with the same bytes, one at least of the audited dataset: indices, ascending. */
export function exactGroups({ hashes, own }: Pick<ComparedPictures, 'hashes' | 'own'>): number[][] {
  const groups = groupBy(hashes.keys(), (i) => hashes[i]);
  return [...groups.values()].filter(
    ([first = own, ...others]) => first < own && others.length > 0,
  );
}

import { type LikeCondition, type Likes, NO_LIKES } from './likes.ts';
import { type PairTest, pairTest } from './pairTest.ts';
import type { Condition, Query } from './query.ts';

/**
 * The pairs that a condition by meaning or likeness chooses the best of. Where all of a query must hold, those are the pairs that
 * fulfil the rest of it: `similar:cat.jpg folder:beds` asks for the beds most like the cat. Undefined: all pairs.
 * @param known what the selections in the query hold
 */
export function likeCandidates(
  { condition }: Query,
  like: LikeCondition,
  known: Likes = NO_LIKES,
): PairTest | undefined {
  if (condition?.kind !== 'all' || !condition.of.includes(like)) return undefined;
  const rest = condition.of.filter((each) => !holdsLike(each));
  return rest.length === 0 ? undefined : pairTest({ kind: 'all', of: rest }, known);
}

function holdsLike(condition: Condition): boolean {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.some(holdsLike);
    case 'not':
      return holdsLike(condition.of);
    default:
      return condition.kind === 'like';
  }
}

import { pushTo } from '../../core/collections.ts';
import { PairLensError } from '../../core/errors.ts';
import type { QueriedPair } from '../../core/query/pairTest.ts';
import { likeCandidates } from '../../core/query/likeCandidates.ts';
import {
  imageNamed,
  LIKE_FOUND,
  type LikeCondition,
  type Likes,
  noSuchSelection,
} from '../../core/query/likes.ts';
import type { Query, QueryFault } from '../../core/query/query.ts';
import { exactIndex } from '../../core/retrieval/exactIndex.ts';
import { inEnglish } from '../../core/text/sentence.ts';
import type { BatchPorts, RunOptions } from './batchPorts.ts';
import { type FolderSearch, searchFolder } from './searchFolder.ts';

/**
 * The pairs that the conditions by meaning and likeness of a query select. The embeddings come from the cache.
 * @param folder that the images of the pairs are relative to
 * @throws PairLensError `invalid-argument` if an image is not there, or the query asks for what was selected on a map; `cancelled`.
 */
export async function likePairs(
  folder: string,
  workspace: BatchPorts,
  pairs: readonly QueriedPair[],
  query: Query,
  run: RunOptions,
): Promise<Likes> {
  const found = new Map<LikeCondition, ReadonlyMap<QueriedPair, number>>();
  for (const selection of query.selections) throw faulty(noSuchSelection(selection));
  if (query.likes.length === 0) return found;
  const byImage = new Map<string, QueriedPair[]>();
  for (const pair of pairs) pushTo(byImage, pair.image, pair);
  const search = await searchFolder(
    folder,
    workspace,
    (items) => Promise.resolve(exactIndex(items)),
    run,
  );
  for (const like of query.likes) {
    const isCandidate = likeCandidates(query, like);
    const candidates = isCandidate && new Set(pairs.filter(isCandidate).map(({ image }) => image));
    const images = await imagesLike(search, pairs, like, candidates);
    const ranks = images.flatMap((image, rank) =>
      (byImage.get(image) ?? []).map((pair) => [pair, rank] as const),
    );
    found.set(like, new Map(ranks));
  }
  return found;
}

async function imagesLike(
  search: FolderSearch,
  pairs: readonly QueriedPair[],
  like: LikeCondition,
  candidates: ReadonlySet<string> | undefined,
): Promise<string[]> {
  if (like.to === 'text') {
    const hits = await search.findImages(like.value, LIKE_FOUND, candidates);
    return hits.map(({ image }) => image);
  }
  const named = imageNamed(pairs, like);
  if ('fault' in named) throw faulty(named.fault);
  return search.findAlike(named.pair.image, LIKE_FOUND, candidates);
}

function faulty({ message }: QueryFault): PairLensError {
  return new PairLensError('invalid-argument', inEnglish(message));
}

import { throwIfCancelled } from '../cancellation.ts';
import { crossLists } from './allPairs.ts';
import { jointScores, type Matcher } from './matcher.ts';
import type { CrossEncoder, Fragments } from './crossEncoder.ts';
import { type Reorder, rerankedScores } from './reciprocalReranking.ts';
import type { MatchOptions } from './scoreBlocks.ts';
import type { TopLists } from './topLists.ts';

/** Items at the top of each list that a scorer of pairs orders: as in docs/zoo.md. */
export const RERANKED = 20;
export const MOST_RERANKED = 100;

/** Fragments of all images and captions of a set, in the order of its matrices. */
export interface FragmentTable {
  readonly images: readonly Fragments[];
  readonly captions: readonly Fragments[];
}

/**
 * The best `depth` items of each query by the cosine, ordered by a scorer of pairs; ties keep the order of the cosine. Each query by
 * itself.
 */
export function pairRerankingMatcher(
  id: string,
  title: string,
  scorer: Pick<CrossEncoder, 'score'>,
  { images, captions }: FragmentTable,
  depth: number = RERANKED,
): Matcher {
  return {
    id,
    title,
    transductive: false,
    needs: [],
    async rescore(task, options) {
      const { spaces } = task;
      const lists = await crossLists(spaces.images, spaces.captions, {
        ...(options.innerProducts && { innerProducts: options.innerProducts }),
        ...(options.signal && { signal: options.signal }),
        ...(options.pause && { pause: options.pause }),
        k: depth,
      });
      const total = lists.rows.rows + lists.columns.rows;
      const share = (from: number) => (done: number) =>
        options.onProgress?.((from + done) / Math.max(1, total));
      const captionOrder = await ordered(lists.rows, options, share(0), (image, best) =>
        scorer.score(
          [images[image]!],
          best.map((caption) => captions[caption]!),
        ),
      );
      const imageOrder = await ordered(
        lists.columns,
        options,
        share(lists.rows.rows),
        (caption, best) =>
          scorer.score(
            best.map((image) => images[image]!),
            [captions[caption]!],
          ),
      );
      const { imageToText, textToImage } = jointScores(task, options);
      return {
        imageToText: rerankedScores(imageToText, captionOrder),
        textToImage: rerankedScores(textToImage, imageOrder),
      };
    },
  };
}

/** Items by falling score; equal ones, and scores that are no numbers, stay in their order, the latter behind. */
export function byScore<T>(items: readonly T[], scores: ArrayLike<number>): T[] {
  const value = (at: number): number => (Number.isNaN(scores[at]) ? -Infinity : scores[at]!);
  return Array.from(items.keys())
    .sort((a, b) => (value(b) > value(a) ? 1 : value(b) < value(a) ? -1 : a - b))
    .map((at) => items[at]!);
}

async function ordered(
  lists: TopLists,
  { signal, pause }: MatchOptions,
  onDone: (queries: number) => void,
  scoresOf: (query: number, best: readonly number[]) => Promise<Float32Array>,
): Promise<Reorder> {
  const orders: Int32Array[] = [];
  for (let query = 0; query < lists.rows; query++) {
    throwIfCancelled(signal);
    const best = Array.from(lists.items(query));
    orders.push(
      Int32Array.from(best.length < 2 ? best : byScore(best, await scoresOf(query, best))),
    );
    onDone(query + 1);
    await pause?.();
  }
  return (query) => orders[query]!;
}

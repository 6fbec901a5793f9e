import { byScore } from '../../core/matching/pairReranking.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import type { RunOptions } from './batchPorts.ts';
import { fragmentTable, type PairScoring } from './pairScoring.ts';
import type { FolderSearch } from './searchFolder.ts';

/** A search whose best results a scorer of pairs orders; those behind them stay in their order. */
export function rerankedSearch(
  folder: string,
  search: FolderSearch,
  scoring: PairScoring,
  run: RunOptions,
): FolderSearch {
  const { scorer, depth } = scoring;
  const reranked = async <T>(
    found: readonly T[],
    top: number,
    files: readonly string[],
    captions: readonly string[],
  ): Promise<T[]> => {
    const best = found.slice(0, depth);
    if (best.length < 2) return [...found].slice(0, top);
    const table = await fragmentTable(files, captions, scoring, run);
    const scores = await scorer.score(table.images, table.captions);
    return [...byScore(best, scores), ...found.slice(depth)].slice(0, top);
  };
  return {
    ...search,
    async findImages(text, top, among) {
      const found = await search.findImages(text, Math.max(top, depth), among);
      const files = found.slice(0, depth).map(({ image }) => toAbsolute(folder, image));
      return reranked(found, top, files, [text]);
    },
    async findCaptions(imageFile, top) {
      const found = await search.findCaptions(imageFile, Math.max(top, depth));
      const captions = found.slice(0, depth).map(({ caption }) => caption);
      return reranked(found, top, [imageFile], captions);
    },
  };
}

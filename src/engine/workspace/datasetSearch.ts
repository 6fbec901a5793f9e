import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { matchesAnywhere } from '../../core/audit/candidates.ts';
import { dotRows } from '../../core/matching/innerProducts.ts';
import { type Matrix, row } from '../../core/matching/matrix.ts';
import { gatheredRows, type MatchOptions, stackedRows } from '../../core/matching/scoreBlocks.ts';
import type { ImageEncodings } from '../../core/ports.ts';
import { correctedScores, type QueryBank } from '../../core/retrieval/normalisedSearch.ts';
import type { SearchMatcher } from '../../core/retrieval/searchMatchers.ts';
import type { TextRecord } from '../indexing/embeddingRecord.ts';
import type { IncrementalDataset } from './incrementalDataset.ts';
import { isSmall, inUnit, likeness, nearest, pairOfImageRow, slotOf } from './neighbours.ts';
import { livePair } from './pairLookup.ts';
import type { LiveNeighbour, LivePair } from './workspace.ts';

/** Candidates by cosine, which are then ranked with hubness correction or by match. */
const CANDIDATES = 200;

/** How hits are ranked: by a matcher's corrected cosine, or by their match as in the audit. */
export interface SearchOrder extends Pick<MatchOptions, 'innerProducts' | 'signal'> {
  readonly matcher?: SearchMatcher;
}

/** A hit with its ranking score; the displayed score is its match. */
export interface RankedNeighbour {
  readonly neighbour: LiveNeighbour;
  readonly rank: number;
}

/** Images, or captions, that match a text best. @param among of images, only these. @throws PairLensError `cancelled`. */
export async function searchByText(
  dataset: IncrementalDataset,
  text: string,
  record: TextRecord,
  want: 'images' | 'captions',
  k: number,
  order: SearchOrder,
  among?: (image: DatasetPath) => boolean,
): Promise<RankedNeighbour[]> {
  const t = dataset.queryRow(text, record);
  if (t < 0) return [];
  if (want === 'captions') return captionsByText(dataset, t, k);
  const { model, embedded } = dataset.context;
  const { spaces, graph } = model.scorer;
  const { paths } = embedded.images;
  const near = nearest(paths.length, Math.max(CANDIDATES, k), (x) =>
    among?.(paths[x]!) === false ? -Infinity : dotRows(spaces.images, x, spaces.captions, t),
  );
  const scored = near.map((x) => {
    const replacedText = graph.captionsOf[x]![0] ?? -1;
    return {
      item: x,
      match: 1 - model.mismatch(model.scores(x, t, { replacedText, donorImage: -1 })),
    };
  });
  const bank = () => bankOf(dataset, 'captions', graph.imagesOf);
  const ranked = await best(scored, k, row(spaces.captions, t), spaces.images, bank, order);
  return ranked.map(({ item, match, rank }) => ({
    neighbour: { pair: pairOfImageRow(dataset, item), kind: 'match', score: match },
    rank,
  }));
}

function captionsByText(dataset: IncrementalDataset, t: number, k: number): RankedNeighbour[] {
  const { model, embedded } = dataset.context;
  const { spaces, graph } = model.scorer;
  const near = nearest(embedded.texts.texts.length, k, (u) =>
    graph.imagesOf[u]!.length > 0 ? dotRows(spaces.sentences, u, spaces.sentences, t) : -Infinity,
  );
  return near.flatMap((u) => {
    const pair = pairOfText(dataset, u);
    const score = inUnit(dotRows(spaces.sentences, u, spaces.sentences, t));
    return pair === undefined
      ? []
      : [{ neighbour: { pair, kind: 'likeness', score }, rank: score }];
  });
}

/**
 * Captions that match any given image best, or images similar to it.
 * @param among of images, only these
 * @throws PairLensError `cancelled`.
 */
export async function searchByImage(
  dataset: IncrementalDataset,
  encoded: ImageEncodings,
  want: 'images' | 'captions',
  k: number,
  order: SearchOrder,
  among?: (image: DatasetPath) => boolean,
): Promise<RankedNeighbour[]> {
  const { model, embedded } = dataset.context;
  const { spaces, graph } = model.scorer;
  const { queryRow } = dataset.incrementalScorer;
  dataset.incrementalScorer.setQueryImage(
    row(encoded.embedding, 0),
    row(encoded.prior, 0),
    row(encoded.visual, 0),
  );
  if (want === 'images') {
    const { paths } = embedded.images;
    const near = nearest(paths.length, k, (x) =>
      among?.(paths[x]!) === false
        ? -Infinity
        : dotRows(spaces.visuals, x, spaces.visuals, queryRow),
    );
    return near.map((x) => {
      const score = likeness(dataset, queryRow, x);
      return {
        neighbour: { pair: pairOfImageRow(dataset, x), kind: 'likeness', score },
        rank: score,
      };
    });
  }
  const near = nearest(embedded.texts.texts.length, Math.max(CANDIDATES, k), (t) =>
    graph.imagesOf[t]!.length > 0
      ? dotRows(spaces.images, queryRow, spaces.captions, t)
      : -Infinity,
  );
  const matches = matchesAnywhere(
    graph.imagesOf.filter((owners) => owners.length > 0).length,
    near,
    (t) =>
      model.support(queryRow, t, { replacedText: -1, donorImage: graph.imagesOf[t]![0] ?? -1 }),
  );
  const scored = near.map((t, c) => ({ item: t, match: matches[c]! }));
  const bank = () => bankOf(dataset, 'images', graph.captionsOf);
  const ranked = await best(scored, k, row(spaces.images, queryRow), spaces.captions, bank, order);
  return ranked.flatMap(({ item, match, rank }) => {
    const pair = pairOfText(dataset, item);
    return pair === undefined
      ? []
      : [{ neighbour: { pair, kind: 'match' as const, score: match }, rank }];
  });
}

/** Query bank: the paired captions (or images) of the dataset; small datasets also borrow the shipped reference bank. */
function bankOf(
  { context, incrementalScorer }: IncrementalDataset,
  side: 'images' | 'captions',
  partners: readonly (readonly number[])[],
): QueryBank {
  const { spaces, hubs } = context.model.scorer;
  const asking = partners.flatMap((list, r) => (list.length > 0 ? [r] : []));
  const own = gatheredRows(spaces[side], asking);
  if (!isSmall(incrementalScorer)) return { queries: own, borrowed: false };
  return { queries: stackedRows(own, hubs.bank[side]), borrowed: true };
}

/** The `k` best candidates, sorted. @param bank queries for hubness correction, if the matcher needs them. */
async function best(
  candidates: readonly { readonly item: number; readonly match: number }[],
  k: number,
  query: Float32Array,
  gallery: Matrix,
  bank: () => QueryBank,
  { matcher, ...options }: SearchOrder,
): Promise<{ readonly item: number; readonly match: number; readonly rank: number }[]> {
  const ranks = matcher === undefined ? undefined : await corrected(matcher);
  return candidates
    .map((candidate, c) => ({ ...candidate, rank: ranks?.[c] ?? candidate.match }))
    .sort((a, b) => b.rank - a.rank)
    .slice(0, k);

  function corrected(by: SearchMatcher): Promise<Float32Array> {
    const rows = gatheredRows(
      gallery,
      candidates.map(({ item }) => item),
    );
    const cosines = candidates.map((_, c) =>
      dotRows({ ...rows, rows: 1, data: query }, 0, rows, c),
    );
    return correctedScores(Float32Array.from(cosines), rows, bank(), by, options);
  }
}

/** The first pair with a caption. */
function pairOfText(dataset: IncrementalDataset, t: number): LivePair | undefined {
  const { embedded, model } = dataset.context;
  for (const x of model.scorer.graph.imagesOf[t]!) {
    if (embedded.images.paths[x] === undefined) continue;
    const slot = slotOf(dataset, x, t);
    if (slot !== undefined) return livePair(dataset, slot);
  }
  return undefined;
}

import { dotRows } from '../../core/matching/innerProducts.ts';
import type { ImageEncodings } from '../../core/ports.ts';
import { row } from '../../core/matching/matrix.ts';
import type { TextRecord } from '../embeddingRecord.ts';
import type { LiveDataset } from './liveDataset.ts';
import { inUnit, likeness, pairOfImageRow, slotOf, top } from './liveNeighbours.ts';
import { nearest } from './nearest.ts';
import { livePair } from './livePairs.ts';
import type { LiveNeighbour, LivePair } from './liveWorkspace.ts';

/** Looked at closely: the nearest by cosine, of which hubness and the other evidence choose. */
const CANDIDATES = 200;

/** Images, or captions, by how well they fit a text. */
export function searchByText(
  dataset: LiveDataset,
  text: string,
  record: TextRecord,
  want: 'images' | 'captions',
  k: number,
): LiveNeighbour[] {
  const t = dataset.guest(text, record);
  if (t < 0) return [];
  return want === 'images' ? imagesByText(dataset, t, k) : captionsByText(dataset, t, k);
}

function imagesByText(dataset: LiveDataset, t: number, k: number): LiveNeighbour[] {
  const { model, embedded } = dataset.context;
  const { spaces, graph } = model.source;
  const wanted = Math.max(CANDIDATES, k);
  const near = nearest(embedded.images.paths.length, wanted, (x) =>
    dotRows(spaces.images, x, spaces.captions, t),
  );
  const scored = near.map((x) => {
    const replaced = graph.captionsOf[x]![0] ?? -1;
    return { x, score: 1 - model.mismatch(x, t, { replaced, giver: -1 }) };
  });
  return top(scored, k).map(({ x, score }) => ({
    pair: pairOfImageRow(dataset, x),
    kind: 'match',
    score,
  }));
}

function captionsByText(dataset: LiveDataset, t: number, k: number): LiveNeighbour[] {
  const { model, embedded } = dataset.context;
  const { spaces, graph } = model.source;
  const near = nearest(embedded.texts.texts.length, k, (u) =>
    graph.imagesOf[u]!.length > 0 ? dotRows(spaces.sentences, u, spaces.sentences, t) : -Infinity,
  );
  return near.flatMap((u) => {
    const pair = pairOfText(dataset, u);
    const alike = dotRows(spaces.sentences, u, spaces.sentences, t);
    return pair === undefined ? [] : [{ pair, kind: 'likeness', score: inUnit(alike) } as const];
  });
}

/** Captions that fit an image from anywhere, or images that look like it. */
export function searchByImage(
  dataset: LiveDataset,
  encoded: ImageEncodings,
  want: 'images' | 'captions',
  k: number,
): LiveNeighbour[] {
  const { model, embedded } = dataset.context;
  const { source } = model;
  const { spaces, graph } = source;
  const { guest } = dataset.room;
  dataset.room.setGuest(row(encoded.embedding, 0), row(encoded.prior, 0), row(encoded.look, 0));
  if (want === 'images') {
    const near = nearest(embedded.images.paths.length, k, (x) =>
      dotRows(spaces.looks, x, spaces.looks, guest),
    );
    return near.map((x) => ({
      pair: pairOfImageRow(dataset, x),
      kind: 'likeness',
      score: likeness(dataset, guest, x),
    }));
  }
  const wanted = Math.max(CANDIDATES, k);
  const near = nearest(embedded.texts.texts.length, wanted, (t) =>
    graph.imagesOf[t]!.length > 0 ? dotRows(spaces.images, guest, spaces.captions, t) : -Infinity,
  );
  const scored = near.map((t) => {
    const giver = graph.imagesOf[t]![0] ?? -1;
    return { t, score: 1 - model.mismatch(guest, t, { replaced: -1, giver }) };
  });
  return top(scored, k).flatMap(({ t, score }) => {
    const pair = pairOfText(dataset, t);
    return pair === undefined ? [] : [{ pair, kind: 'match', score } as const];
  });
}

/** The first pair with a caption. */
function pairOfText(dataset: LiveDataset, t: number): LivePair | undefined {
  const { embedded, model } = dataset.context;
  for (const x of model.source.graph.imagesOf[t]!) {
    if (embedded.images.paths[x] === undefined) continue;
    const slot = slotOf(dataset, x, t);
    if (slot !== undefined) return livePair(dataset, slot);
  }
  return undefined;
}

import { mulberry32 } from '../../src/core/random.ts';
import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';

export type NoiseKind = 'random' | 'swap' | 'noun' | 'shift';

export interface NoisyCopy {
  readonly embedded: EmbeddedDataset;
  readonly wrong: readonly boolean[];
}

/** A copy of a dataset with one caption an image, shuffled, in which a share of the captions was exchanged. */
export function noisyCopy(
  clean: EmbeddedDataset,
  options: { kind: NoiseKind; rate: number; seed: number; limit: number },
): NoisyCopy {
  const random = mulberry32(options.seed + 1);
  const kept = shuffled([...clean.dataset.pairs.keys()], random)
    .filter((p) => clean.imageRow[p]! >= 0 && clean.textRow[p]! >= 0)
    .slice(0, options.limit);
  const captions = kept.map((p) => clean.dataset.pairs[p]!.caption);
  const given = exchange(captions, options.kind, options.rate, random);
  const pairs = kept.map((p, i) => ({ ...clean.dataset.pairs[p]!, caption: captions[given[i]!]! }));
  const imageRows = kept.map((p) => clean.imageRow[p]!);
  const pick = <T>(all: readonly T[]): T[] => imageRows.map((r) => all[r]!);
  const { images } = clean;
  const rows = (m: typeof images.embedding): typeof images.embedding => {
    const data = new Float32Array(kept.length * m.columns);
    imageRows.forEach((r, i) =>
      data.set(m.data.subarray(r * m.columns, (r + 1) * m.columns), i * m.columns),
    );
    return { rows: kept.length, columns: m.columns, data };
  };
  const thumbnails = new Uint8Array(kept.length * 256);
  imageRows.forEach((r, i) =>
    thumbnails.set(images.thumbnails.subarray(r * 256, (r + 1) * 256), i * 256),
  );
  return {
    wrong: given.map((g, i) => captions[g] !== captions[i]),
    embedded: {
      ...clean,
      dataset: { ...clean.dataset, pairs, images: pick(images.paths), problems: [] },
      images: {
        paths: pick(images.paths),
        hashes: pick(images.hashes),
        embedding: rows(images.embedding),
        prior: rows(images.prior),
        visual: rows(images.visual),
        thumbnails,
        facts: pick(images.facts),
      },
      imageRow: Int32Array.from(kept, (_, i) => i),
      textRow: Int32Array.from(given, (g) => clean.textRow[kept[g]!]!),
      problems: [],
    },
  };
}

/** For each place the place its caption comes from. */
function exchange(
  captions: readonly string[],
  kind: NoiseKind,
  rate: number,
  random: () => number,
): number[] {
  const n = captions.length;
  const given = Array.from({ length: n }, (_, i) => i);
  const ring = (places: readonly number[]): void =>
    places.forEach((i, at) => (given[i] = places[(at + 1) % places.length]!));
  const picked = shuffled([...given], random).slice(0, Math.floor(rate * n));
  if (kind === 'random') ring(picked);
  if (kind === 'swap') for (let i = 0; i + 1 < picked.length; i += 2) ring(picked.slice(i, i + 2));
  if (kind === 'shift') {
    const length = Math.max(8, Math.floor(rate * n));
    const start = Math.floor(random() * (n - length));
    ring(Array.from({ length }, (_, i) => start + i));
  }
  if (kind === 'noun') {
    const words = captions.map((c) => new Set(c.toLowerCase().match(/[a-z]{3,}/g) ?? []));
    const holders = new Map<string, number[]>();
    words.forEach((set, i) => set.forEach((w) => holders.set(w, [...(holders.get(w) ?? []), i])));
    for (const i of picked) {
      const pool = [...words[i]!].flatMap((w) => {
        const all = holders.get(w)!;
        return all.length < 0.1 * n ? all.filter((j) => j !== i) : [];
      });
      if (pool.length > 0) given[i] = pool[Math.floor(random() * pool.length)]!;
    }
  }
  return given;
}

function shuffled<T>(items: T[], random: () => number): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}

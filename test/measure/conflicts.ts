import { parseArgs } from 'node:util';
import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import { groupBy } from '../../src/core/collections.ts';
import type { Pair } from '../../src/core/dataset/dataset.ts';
import type { Matrix } from '../../src/core/matching/matrix.ts';
import { mulberry32 } from '../../src/core/random.ts';
import { contentWords } from '../../src/core/text/contentWords.ts';
import { cleanSets } from './cleanSets.ts';

/** What the copy of a picture carries: another of its own captions, or one of another picture. */
const CARRIES = ['own', 'random', 'two words'] as const;

/** Pictures that are there twice, with two captions: which are said to conflict, and of the right one of the two? */
export async function measureConflicts(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      limit: { type: 'string', default: '400' },
      copied: { type: 'string', default: '0.3' },
      seeds: { type: 'string', default: '3' },
      split: { type: 'string', multiple: true },
    },
  });
  if (positionals.length === 0) {
    console.error(
      'Usage: npm run measure -- conflicts DATASET... [--copied SHARE] [--limit IMAGES] [--seeds N] [--split NAME]',
    );
    process.exit(2);
  }
  const limited = { limit: Number(values.limit), captions: 2 };
  for await (const set of cleanSets(positionals, values.split, undefined, limited)) {
    const counts = new Map(CARRIES.map((kind) => [kind, { copies: 0, told: 0, ofCopy: 0 }]));
    for (let seed = 0; seed < Number(values.seeds); seed++) {
      const { embedded, carried } = withCopies(set.clean, Number(values.copied), seed);
      const audit = await set.workspace.audit(embedded, { levels: DEFAULT_LEVELS }, {});
      const told = audit.findings.filter(({ code }) => code === 'conflicting-captions');
      for (const [p, { kind, of }] of carried) {
        const count = counts.get(kind)!;
        count.copies++;
        const found = told.find(({ pair }) => pair === p || pair === of);
        if (found !== undefined) count.told++;
        if (found?.pair === p) count.ofCopy++;
      }
    }
    const figures = [...counts].map(
      ([kind, { copies, told, ofCopy }]) =>
        `${kind}: ${told} of ${copies} told, ${ofCopy} of the copy`,
    );
    console.log(`${set.folder}: ${figures.join('; ')}`);
  }
}

interface Carried {
  readonly kind: (typeof CARRIES)[number];
  /** The pair that is copied. */
  readonly of: number;
}

/** One caption for each image, and copies of a share of the images; `carried` is by the copy's pair. */
function withCopies(
  clean: EmbeddedDataset,
  share: number,
  seed: number,
): { readonly embedded: EmbeddedDataset; readonly carried: ReadonlyMap<number, Carried> } {
  const random = mulberry32(seed + 1);
  const { pairs } = clean.dataset;
  const ofImage = groupBy(pairs.keys(), (p) => pairs[p]!.image);
  const originals = [...ofImage.values()].map(([first = 0]) => first);
  const kept: { readonly from: number; readonly image: number; readonly pair: Pair }[] = [];
  for (const p of originals) kept.push({ from: p, image: clean.imageRow[p]!, pair: pairs[p]! });
  const carried = new Map<number, Carried>();
  for (const [of, p] of originals.entries()) {
    const [, second] = ofImage.get(pairs[p]!.image) ?? [];
    if (second === undefined || random() > share) continue;
    const kind = CARRIES[Math.floor(random() * CARRIES.length)]!;
    const words = contentWords(pairs[p]!.caption);
    const others = originals.filter((x) => {
      const common = [...contentWords(pairs[x]!.caption)].filter((word) => words.has(word));
      return x !== p && (kind === 'random' || common.length >= 2);
    });
    const from = kind === 'own' ? second : others[Math.floor(random() * others.length)];
    if (from === undefined) continue;
    carried.set(kept.length, { kind, of });
    const { caption, source } = pairs[from]!;
    const image = `copies/${kept.length}.jpg`;
    kept.push({
      from,
      image: clean.imageRow[p]!,
      pair: { image, caption, captionIndex: 0, source },
    });
  }
  const { images } = clean;
  const rows = (m: Matrix): Matrix => {
    const data = new Float32Array(kept.length * m.columns);
    for (const [i, { image }] of kept.entries()) {
      data.set(m.data.subarray(image * m.columns, (image + 1) * m.columns), i * m.columns);
    }
    return { rows: kept.length, columns: m.columns, data };
  };
  const paths = kept.map(({ pair }) => pair.image);
  return {
    carried,
    embedded: {
      ...clean,
      dataset: {
        ...clean.dataset,
        images: paths,
        pairs: kept.map(({ pair }) => ({ ...pair, captionIndex: 0 })),
      },
      images: {
        paths,
        hashes: kept.map(({ image }) => images.hashes[image]!),
        embedding: rows(images.embedding),
        prior: rows(images.prior),
        visual: rows(images.visual),
        thumbnails: Uint8Array.from(
          kept.flatMap(({ image }) => [
            ...images.thumbnails.subarray(image * 256, (image + 1) * 256),
          ]),
        ),
        facts: kept.map(({ image }) => images.facts[image]!),
      },
      imageRow: Int32Array.from(kept, (_, i) => i),
      textRow: Int32Array.from(kept, ({ from }) => clean.textRow[from]!),
    },
  };
}

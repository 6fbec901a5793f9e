import { plainFacts } from '../../src/core/pictureFacts.ts';
import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';
import type { ReferenceBank } from '../../src/core/audit/referenceBank.ts';
import { type Matrix, matrix, row } from '../../src/core/matching/matrix.ts';
import { normaliseRows } from './goldenVectors.ts';
import { gaussian, seeded } from './randomVectors.ts';

const D = 24;

/** Unit rows that are `ideas` seen through noise. */
function seen(ideas: Matrix, noise: number, random: () => number): Matrix {
  const out = matrix(ideas.rows, D);
  for (let i = 0; i < out.data.length; i++) out.data[i] = ideas.data[i]! + noise * gaussian(random);
  return normaliseRows(out);
}

/** What `n` pictures are about: points around a few themes, or close around one. */
function ideas(n: number, random: () => number, oneTopic: boolean): Matrix {
  const themes = matrix(oneTopic ? 1 : 12, D);
  const own = oneTopic ? 0.15 : 0.8;
  for (let i = 0; i < themes.data.length; i++) themes.data[i] = gaussian(random);
  const out = matrix(n, D);
  for (let i = 0; i < n; i++) {
    const theme = row(themes, i % themes.rows);
    for (let c = 0; c < D; c++) out.data[i * D + c] = 0.8 * theme[c]! + own * gaussian(random);
  }
  return normaliseRows(out);
}

export interface World {
  readonly embedded: EmbeddedDataset;
  /** For each pair whether its caption is another picture's. */
  readonly wrong: readonly boolean[];
}

export interface WorldOptions {
  readonly seed?: number;
  /** `given[i]` is the picture whose caption image i carries; by default its own. */
  readonly given?: readonly number[];
  /** Images with equal numbers are the same bytes. */
  readonly same?: readonly number[];
  readonly captions?: readonly string[];
  /** All pictures are about nearly the same: what tells them apart is less than what the encoders miss. */
  readonly oneTopic?: boolean;
}

/** A dataset of `n` pictures with a caption each, embedded by encoders that see right but not sharply. */
export function syntheticWorld(n: number, options: WorldOptions = {}): World {
  const random = seeded(options.seed ?? 1);
  const about = ideas(n, random, options.oneTopic ?? false);
  const given = options.given ?? Array.from({ length: n }, (_, i) => i);
  const captions =
    options.captions ?? Array.from({ length: n }, (_, i) => `caption of picture ${i}`);
  const texts = [...new Set(captions)];
  const first = texts.map((text) => captions.indexOf(text));
  const ofTexts = (m: Matrix): Matrix => {
    const out = matrix(texts.length, D);
    first.forEach((i, t) => out.data.set(row(m, i), t * D));
    return out;
  };
  const thumbnails = new Uint8Array(n * 256).map(() => Math.floor(256 * random()));
  const paths = Array.from({ length: n }, (_, i) => `${i}.jpg`);
  const joint = { image: seen(about, 0.12, random), text: seen(about, 0.12, random) };
  const plain = { prior: seen(about, 0.2, random), sentence: seen(about, 0.1, random) };
  return {
    wrong: given.map((g, i) => captions[g] !== captions[i]),
    embedded: {
      dataset: {
        root: '/data',
        formats: ['sidecar'],
        images: paths,
        problems: [],
        pairs: paths.map((image, i) => ({
          image,
          caption: captions[given[i]!]!,
          captionIndex: 0,
          source: {
            file: `${i}.txt`,
            format: 'sidecar',
            range: { start: 0, end: captions[given[i]!]!.length, line: 0, column: 0 },
          },
        })),
      },
      modelId: 'synthetic',
      images: {
        paths,
        hashes: paths.map((_, i) => `hash ${options.same?.[i] ?? i}`),
        embedding: joint.image,
        prior: plain.prior,
        visual: seen(about, 0.1, random),
        thumbnails,
        facts: paths.map(() => plainFacts(640, 480)),
      },
      texts: { texts, embedding: ofTexts(joint.text), sentence: ofTexts(plain.sentence) },
      imageRow: Int32Array.from(paths, (_, i) => i),
      textRow: Int32Array.from(given, (g) => texts.indexOf(captions[g]!)),
      problems: [],
    },
  };
}

/** A bank of 64 pairs of other pictures, seen by the same encoders. */
export function syntheticBank(): ReferenceBank {
  const { images, texts } = syntheticWorld(64, { seed: 99 }).embedded;
  const zero = new Float32Array(D);
  return {
    images: images.embedding,
    captions: texts.embedding,
    visuals: images.visual,
    priors: images.prior,
    sentences: texts.sentence,
    means: { images: zero, captions: zero, visuals: zero, priors: zero, sentences: zero },
  };
}

/** A given-list in which `share` of the captions went round in one circle. */
export function exchanged(n: number, share: number, seed = 5): number[] {
  const random = seeded(seed);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const bad = order.slice(0, Math.floor(share * n));
  const given = Array.from({ length: n }, (_, i) => i);
  bad.forEach((i, at) => (given[i] = bad[(at + 1) % bad.length]!));
  return given;
}

import type { Steps } from '../../steps.ts';
import { type AuditContext, type Detected, type Detector, onImages } from './detector.ts';
import { sentence } from '../../text/sentence.ts';

/** Cosine of the looks from which on two pictures are compared closely: saving one badly leaves it at 0.70 or more. */
const LIKE_LOOK = 0.65;
/** Correlation of the thumbnails, or of one with the mirrored other, that makes them one picture: a 5 % crop leaves 0.93. */
const SAME_THUMBNAIL = 0.9;
const SIDE = 16;
/** Images whose likes are compared, or whose thumbnails are made ready for it, in one step. */
const IMAGES_PER_STEP = 200;

/** The same picture saved twice: recompressed, resized, cropped a little, brightened or mirrored. */
export const nearDuplicate: Detector = {
  rules: [
    {
      code: 'near-duplicate',
      level: 'info',
      title: sentence('Near-duplicates'),
      shortTitle: sentence('Near-duplicate'),
      meaning: sentence(
        'Two images show the same picture, re-saved, resized, cropped or mirrored; training sees it more often than meant.',
      ),
    },
  ],
  track: onImages(nearDuplicates),
};

/** The findings of `nearDuplicate`, in steps: thousands of images take a second. */
export function* nearDuplicates({
  model,
  embedded,
}: Pick<AuditContext, 'model' | 'embedded'>): Steps<Detected[]> {
  const { scorer } = model;
  const { paths, visual, thumbnails } = embedded.images;
  const n = paths.length;
  const normalised: Float32Array[] = [];
  for (let i = 0; i < n; i++) {
    if (i % IMAGES_PER_STEP === 0) yield;
    normalised.push(normalise(thumbnails.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE)));
  }
  const group = Int32Array.from({ length: n }, (_, i) => i);
  const root = (i: number): number => {
    // Each visual shortens the way of the next one.
    while (group[i] !== i) i = group[i] = group[group[i]!]!;
    return i;
  };
  const mirroredPair = new Set<string>();
  for (let i = 0; i < n; i++) {
    if (i % IMAGES_PER_STEP === 0) yield;
    for (const x of scorer.visualLists.items(i)) {
      if (x >= n || scorer.graph.pictureOf[x] === scorer.graph.pictureOf[i]) continue;
      if (cosine(visual.data, i, x, visual.columns) < LIKE_LOOK) continue;
      const plain = correlation(normalised[i]!, normalised[x]!, false);
      const mirrored = correlation(normalised[i]!, normalised[x]!, true);
      if (Math.max(plain, mirrored) < SAME_THUMBNAIL) continue;
      const [a, b] = [root(i), root(x)];
      group[Math.max(a, b)] = Math.min(a, b);
      if (mirrored > plain) mirroredPair.add(`${Math.min(i, x)} ${Math.max(i, x)}`);
    }
  }
  const groups = new Map<number, number[]>();
  for (let i = 0; i < n; i++) {
    const r = root(i);
    const members = groups.get(r);
    if (members === undefined) groups.set(r, [i]);
    else members.push(i);
  }
  const found: Detected[] = [];
  for (const [first, ...others] of groups.values()) {
    if (first === undefined || others.length === 0) continue;
    const mirrored = others.some((x) => mirroredPair.has(`${first} ${x}`));
    const names = others.map((x) => paths[x]!);
    found.push({
      code: 'near-duplicate',
      file: paths[first]!,
      image: paths[first]!,
      message:
        others.length === 1
          ? sentence('{0} is nearly the same picture.', names[0]!)
          : sentence('{0} other files hold nearly the same picture.', others.length),
      evidence: [
        mirrored
          ? sentence('It matches {0} mirrored, point for point.', names[0]!)
          : sentence(
              'It matches {0} point for point, apart from size, crop, light or compression.',
              names[0]!,
            ),
      ],
      confidence: 0.95,
      relatedPairs: [],
      relatedFiles: names,
      fixes: [],
      remedy: sentence(
        'Compare the captions and keep one picture, or give both the better caption.',
      ),
    });
  }
  return found;
}

function cosine(data: Float32Array, i: number, x: number, d: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) sum += data[i * d + c]! * data[x * d + c]!;
  return sum;
}

/** Thumbnail less its mean, of unit length: brightness and contrast no longer matter. */
function normalise(pixels: Uint8Array): Float32Array {
  let sum = 0;
  for (const value of pixels) sum += value;
  const mean = sum / Math.max(1, pixels.length);
  const out = new Float32Array(pixels.length);
  let squares = 0;
  for (let p = 0; p < pixels.length; p++) {
    const value = pixels[p]! - mean;
    out[p] = value;
    squares += value * value;
  }
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let p = 0; p < out.length; p++) out[p] = out[p]! * scale;
  return out;
}

function correlation(a: Float32Array, b: Float32Array, mirrored: boolean): number {
  let sum = 0;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      sum += a[y * SIDE + x]! * b[y * SIDE + (mirrored ? SIDE - 1 - x : x)]!;
    }
  }
  return sum;
}

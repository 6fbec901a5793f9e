import { pushTo } from '../../collections.ts';
import { pictureKey } from '../../dataset/differentPictures.ts';
import type { Steps } from '../../steps.ts';
import type { AuditContext } from './detector.ts';
import type { ComparedPictures } from './comparedPictures.ts';

/** Visual cosine from which two images are compared by thumbnail; a strongly compressed copy has at least 0.70. */
const SIMILAR_VISUAL = 0.65;
/** Thumbnail correlation (plain or mirrored) of near-duplicates; a 5 % crop has 0.93. */
const SAME_THUMBNAIL = 0.9;
const SIDE = 16;
/** Side of a thumbnail's coarse version in blocks, and side of a block in pixels. */
const COARSE = 4;
const BLOCK = SIDE / COARSE;
/** Images compared or prepared in one step. */
const IMAGES_PER_STEP = 200;
/** Comparisons with images of other datasets in one step (some milliseconds). */
const COMPARED_PER_STEP = 50_000;

/** Near-duplicate images: ascending indices. */
export interface NearGroup {
  readonly members: readonly number[];
  /** Whether one of them is a mirrored copy of the first. */
  readonly mirrored: boolean;
}

/**
 * Groups of recompressed, resized, slightly cropped, brightened or mirrored copies; in steps, because thousands of images
 * take a second. Within the dataset visually similar images are compared; all are compared with those of other datasets.
 */
export function* nearGroups(
  pictures: ComparedPictures,
  { model, different }: Pick<AuditContext, 'model' | 'different'>,
): Steps<NearGroup[]> {
  const { scorer } = model;
  const { own, hashes, visuals, thumbnails } = pictures;
  const normalised: Thumbnail[] = [];
  for (const [i, thumbnail] of thumbnails.entries()) {
    if (i % IMAGES_PER_STEP === 0) yield;
    normalised.push(new Thumbnail(thumbnail));
  }
  const groups = new Groups(thumbnails.length);
  const compare = (i: number, x: number): void => {
    if (different?.has(pictureKey(hashes[i] ?? '', hashes[x] ?? '')) === true) return;
    if (hashes[i] === hashes[x] || dot(visuals[i]!, visuals[x]!) < SIMILAR_VISUAL) return;
    const plain = normalised[i]!.correlation(normalised[x]!, false);
    const mirrored = normalised[i]!.correlation(normalised[x]!, true);
    if (Math.max(plain, mirrored) >= SAME_THUMBNAIL) groups.join(i, x, mirrored > plain);
  };
  let compared = 0;
  for (let i = 0; i < own; i++) {
    if (i % IMAGES_PER_STEP === 0) yield;
    for (const x of scorer.visualLists.items(i)) if (x < own) compare(i, x);
    for (let x = own; x < thumbnails.length; x++) {
      if (++compared % COMPARED_PER_STEP === 0) yield;
      if (normalised[i]!.mayMatch(normalised[x]!)) compare(i, x);
    }
  }
  return groups.found();
}

/** Union-find of images. */
class Groups {
  readonly #parent: Int32Array;
  readonly #mirrored = new Set<string>();

  constructor(size: number) {
    this.#parent = Int32Array.from({ length: size }, (_, i) => i);
  }

  join(i: number, x: number, mirrored: boolean): void {
    const [a, b] = [this.#root(i), this.#root(x)];
    this.#parent[Math.max(a, b)] = Math.min(a, b);
    if (mirrored) this.#mirrored.add(`${Math.min(i, x)} ${Math.max(i, x)}`);
  }

  #root(i: number): number {
    const parent = this.#parent;
    // Path halving.
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  }

  found(): NearGroup[] {
    const groups = new Map<number, number[]>();
    for (let i = 0; i < this.#parent.length; i++) {
      pushTo(groups, this.#root(i), i);
    }
    return [...groups.values()]
      .filter(({ length }) => length > 1)
      .map((members) => ({
        members,
        mirrored: members.some((x) => this.#mirrored.has(`${members[0]} ${x}`)),
      }));
  }
}

/** A centred thumbnail of unit length, independent of brightness and contrast. */
class Thumbnail {
  readonly #pixels: Float32Array;
  /** Its projection on 4 x 4 blocks, and the length of the residual. */
  readonly #coarse: Float32Array;
  readonly #rest: number;

  constructor(pixels: Uint8Array) {
    let sum = 0;
    for (const value of pixels) sum += value;
    const mean = sum / Math.max(1, pixels.length);
    this.#pixels = Float32Array.from(pixels, (value) => value - mean);
    const length = Math.sqrt(dot(this.#pixels, this.#pixels));
    const scale = length > 0 ? 1 / length : 0;
    for (let p = 0; p < this.#pixels.length; p++) this.#pixels[p]! *= scale;
    this.#coarse = new Float32Array(COARSE * COARSE);
    for (let p = 0; p < this.#pixels.length; p++) {
      const [y, x] = [Math.floor(p / SIDE / BLOCK), Math.floor((p % SIDE) / BLOCK)];
      this.#coarse[y * COARSE + x]! += this.#pixels[p]! / BLOCK;
    }
    this.#rest = Math.sqrt(Math.max(0, 1 - dot(this.#coarse, this.#coarse)));
  }

  /** Whether the correlation can reach SAME_THUMBNAIL: an upper bound from the projections and residual lengths. */
  mayMatch(other: Thumbnail): boolean {
    const wanted = SAME_THUMBNAIL - this.#rest * other.#rest;
    return (
      product(this.#coarse, other.#coarse, COARSE, false) >= wanted ||
      product(this.#coarse, other.#coarse, COARSE, true) >= wanted
    );
  }

  correlation(other: Thumbnail, mirrored: boolean): number {
    return product(this.#pixels, other.#pixels, SIDE, mirrored);
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c]! * b[c]!;
  return sum;
}

/** Inner product of two squares, the second one optionally mirrored. */
function product(a: Float32Array, b: Float32Array, side: number, mirrored: boolean): number {
  if (!mirrored) return dot(a, b);
  let sum = 0;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) sum += a[y * side + x]! * b[y * side + side - 1 - x]!;
  }
  return sum;
}

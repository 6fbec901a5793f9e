import { pictureKey } from '../../dataset/differentPictures.ts';
import type { Steps } from '../../steps.ts';
import type { AuditContext } from './detector.ts';
import type { ComparedPictures } from './comparedPictures.ts';

/** Visual cosine from which two images are compared by thumbnail; a strongly compressed copy has at least 0.70. */
const SIMILAR_VISUAL = 0.65;
/** Where that is estimated: the estimate is some millionths off. */
const LEAST_ESTIMATED = SIMILAR_VISUAL - 1e-3;
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
  const { visualLists } = model.scorer;
  const cosines = new UncentredCosines(pictures, model.centres.visuals);
  const { own, size, hashes } = pictures;
  // Made for those that are compared: few, where a dataset is alone.
  const known = Array.from<Thumbnail | undefined>({ length: size });
  const thumbnail = (i: number): Thumbnail => (known[i] ??= new Thumbnail(pictures.thumbnail(i)));
  const groups = new Groups(size);
  const compare = (i: number, x: number, visual: Float32Array): void => {
    if (different?.has(pictureKey(hashes[i] ?? '', hashes[x] ?? '')) === true) return;
    if (hashes[i] === hashes[x] || dot(visual, pictures.visual(x)) < SIMILAR_VISUAL) return;
    const plain = thumbnail(i).correlation(thumbnail(x), false);
    const mirrored = thumbnail(i).correlation(thumbnail(x), true);
    if (Math.max(plain, mirrored) >= SAME_THUMBNAIL) groups.join(i, x, mirrored > plain);
  };
  for (let x = own; x < size; x++) {
    if (x % IMAGES_PER_STEP === 0) yield;
    thumbnail(x);
  }
  let compared = 0;
  for (let i = 0; i < own; i++) {
    if (i % IMAGES_PER_STEP === 0) yield;
    const visual = pictures.visual(i);
    const first = i * visualLists.k;
    for (let p = first; p < first + visualLists.count(i); p++) {
      const x = visualLists.indices[p]!;
      if (x < own && cosines.of(i, x, visualLists.similarities[p]!) >= LEAST_ESTIMATED) {
        compare(i, x, visual);
      }
    }
    for (let x = own; x < size; x++) {
      if (++compared % COMPARED_PER_STEP === 0) yield;
      if (thumbnail(i).mayMatch(thumbnail(x))) compare(i, x, visual);
    }
  }
  return groups.found();
}

/** Cosines of rows, estimated in a few steps from those after centring: few pictures need be compared. */
class UncentredCosines {
  /** Of each row: its length after `centre` was subtracted, and its product with `centre`. */
  readonly #lengths: Float64Array;
  readonly #products: Float64Array;
  readonly #square: number;

  constructor(pictures: ComparedPictures, centre: Float32Array) {
    this.#square = dot(centre, centre);
    this.#lengths = new Float64Array(pictures.own);
    this.#products = new Float64Array(pictures.own);
    for (let i = 0; i < pictures.own; i++) {
      const visual = pictures.visual(i);
      const product = dot(visual, centre);
      this.#products[i] = product;
      this.#lengths[i] = Math.sqrt(Math.max(0, dot(visual, visual) - 2 * product + this.#square));
    }
  }

  /** @param centred cosine of both rows after centring */
  of(i: number, x: number, centred: number): number {
    const apart = centred * this.#lengths[i]! * this.#lengths[x]!;
    return apart + this.#products[i]! + this.#products[x]! - this.#square;
  }
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
    // The first image of a group is its root.
    const groups = new Map<number, number[]>();
    for (let i = 0; i < this.#parent.length; i++) {
      const root = this.#root(i);
      if (root === i) continue;
      const members = groups.get(root);
      if (members === undefined) groups.set(root, [root, i]);
      else members.push(i);
    }
    return [...groups.values()]
      .sort(([a = 0], [b = 0]) => a - b)
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

import { mulberry32 } from '../random.ts';
import { dot } from './innerProducts.ts';

/** Bands of a vector, and bits of each band: see docs/scale.md for the share of copies that they find. */
const BANDS = 24;
const BITS = 16;
const SEED = 7;

/**
 * Locality-sensitive hashes of vectors by random hyperplanes (Charikar 2002), in bands: two vectors at an angle of t radians
 * agree in one band with probability (1 - t / pi) ^ bits. Vectors that agree in no band need not be compared. The hashes
 * depend on the vector and its length alone.
 */
export class BandedHashes {
  readonly #columns: number;
  readonly #planes: Float32Array;

  /** @param columns length of the vectors */
  constructor(columns: number) {
    this.#columns = columns;
    const random = mulberry32(SEED);
    // The sum of uniform numbers is nearly normal, so that no direction is preferred.
    this.#planes = Float32Array.from(
      { length: BANDS * BITS * columns },
      () => random() + random() + random() + random() - 2,
    );
  }

  /** The hash of each band, 0 to 2 ** bits - 1. */
  of(vector: Float32Array): number[] {
    return Array.from({ length: BANDS }, (_, band) => {
      let hash = 0;
      for (let bit = 0; bit < BITS; bit++) {
        const at = (band * BITS + bit) * this.#columns;
        const above = dot(vector, 0, this.#planes, at, this.#columns) > 0;
        hash = 2 * hash + (above ? 1 : 0);
      }
      return hash;
    });
  }
}

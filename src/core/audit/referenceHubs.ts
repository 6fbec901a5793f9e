import { type AllPairsOptions, crossLists, scoreLists } from '../matching/allPairs.ts';
import { dotRows } from '../matching/innerProducts.ts';
import type { Matrix } from '../matching/matrix.ts';
import { productBlocks } from '../matching/scoreBlocks.ts';
import type { Gap, TopLists } from '../matching/topLists.ts';
import type { Spaces } from './spaces.ts';

/** Number of nearest shipped pairs that are averaged. */
export const REFERENCE_NEIGHBOURS = 10;

/** Rows of the reference bank, centred on the dataset's means. */
export type CentredBank = Pick<Spaces<Matrix>, 'images' | 'captions' | 'sentences' | 'priors'>;

/**
 * Similarity of each image to its nearest shipped captions, and of each caption to its nearest shipped images: a caption
 * that matches shipped images better than the dataset's probably does not belong to the dataset.
 */
export class ReferenceHubs {
  readonly bank: CentredBank;
  /** Mean cosine of each image with its nearest shipped captions. */
  readonly ofImages: Float32Array;
  /** Mean cosine of each caption with its nearest shipped images. */
  readonly ofTexts: Float32Array;

  constructor(bank: CentredBank, ofImages: Float32Array, ofTexts: Float32Array) {
    this.bank = bank;
    this.ofImages = ofImages;
    this.ofTexts = ofTexts;
  }

  /** A copy with gaps for additional rows. */
  withGaps(images: Gap, texts: Gap): ReferenceHubs {
    return new ReferenceHubs(this.bank, spread(this.ofImages, images), spread(this.ofTexts, texts));
  }

  /** Updates row `x` after a change of its image. */
  setImage(x: number, images: Matrix): void {
    this.ofImages[x] = meanOfNearest(images, x, this.bank.captions);
  }

  /** Updates row `t` after a change of its caption. */
  setText(t: number, captions: Matrix): void {
    this.ofTexts[t] = this.ofText(captions, t);
  }

  /** Mean cosine of any caption with its nearest shipped images. */
  ofText(captions: Matrix, r: number): number {
    return meanOfNearest(captions, r, this.bank.images);
  }
}

/** Upper bound of the number of images used for hubness. */
const LONGEST_HUB_LIST = 60;

/** Neighbours between a dataset and the reference bank, in both directions. */
export interface ReferenceNeighbours {
  readonly hubs: ReferenceHubs;
  /** For each image of the dataset the shipped captions nearest to it. */
  readonly captionsOfImages: TopLists;
  /** For each shipped caption the images of the dataset nearest to it. */
  readonly imagesOfShipped: TopLists;
  /** Mean cosine of each shipped caption with its nearest shipped images, without its own. */
  readonly ofShipped: Float32Array;
}

/**
 * Finds them with O(n) products per pair of the bank: fast compared to the dataset's own neighbours.
 * @throws PairLensError `cancelled`.
 */
export async function referenceNeighbours(
  { images, captions }: Pick<Spaces<Matrix>, 'images' | 'captions'>,
  bank: CentredBank,
  options: Omit<AllPairsOptions, 'k'>,
): Promise<ReferenceNeighbours> {
  const shipped = await scoreLists(productBlocks(images, bank.captions, options.innerProducts), {
    ...options,
    k: REFERENCE_NEIGHBOURS + 1,
    columnK: LONGEST_HUB_LIST,
  });
  const own = await crossLists(bank.images, captions, { ...options, k: REFERENCE_NEIGHBOURS });
  const among = await crossLists(bank.images, bank.captions, {
    ...options,
    k: REFERENCE_NEIGHBOURS + 1,
  });
  const nobody = (): boolean => false;
  return {
    hubs: new ReferenceHubs(
      bank,
      meansOf(shipped.rows, () => nobody),
      meansOf(own.columns, () => nobody),
    ),
    captionsOfImages: shipped.rows,
    imagesOfShipped: shipped.columns,
    ofShipped: meansOf(among.columns, (b) => (x) => x === b),
  };
}

function meansOf(lists: TopLists, skip: (q: number) => (item: number) => boolean): Float32Array {
  return Float32Array.from({ length: lists.rows }, (_, q) => {
    const mean = lists.meanOfBest(q, REFERENCE_NEIGHBOURS, skip(q));
    return Number.isFinite(mean) ? mean : 0;
  });
}

function meanOfNearest(rows: Matrix, r: number, shipped: Matrix): number {
  const nearest = new Float64Array(Math.min(REFERENCE_NEIGHBOURS, shipped.rows)).fill(-Infinity);
  for (let b = 0; b < shipped.rows; b++) {
    const value = dotRows(rows, r, shipped, b);
    if (value <= nearest[0]!) continue;
    nearest[0] = value;
    nearest.sort();
  }
  return nearest.length === 0 ? 0 : nearest.reduce((sum, value) => sum + value, 0) / nearest.length;
}

function spread(values: Float32Array, { at, length }: Gap): Float32Array {
  const out = new Float32Array(values.length + length);
  out.set(values.subarray(0, at));
  out.set(values.subarray(at), at + length);
  return out;
}

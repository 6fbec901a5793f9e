import { type AllPairsOptions, crossLists, scoreLists } from '../matching/allPairs.ts';
import { dotRows } from '../matching/innerProducts.ts';
import type { Matrix } from '../matching/matrix.ts';
import { productBlocks } from '../matching/scoreBlocks.ts';
import type { Gap, TopLists } from '../matching/topLists.ts';
import type { Spaces } from './spaces.ts';

/** How many shipped pairs speak of how near an image or a caption is to what is elsewhere. */
export const REFERENCE_NEIGHBOURS = 10;

/** Rows of the reference bank, centred on the dataset's means as its own rows are. */
export type CentredBank = Pick<Spaces<Matrix>, 'images' | 'captions' | 'sentences'>;

/**
 * How near each image is to its nearest shipped captions, and each caption to its nearest shipped images: a caption
 * that fits pictures from elsewhere better than the dataset's does not belong to it.
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

  /** The same with room for further rows. */
  withGaps(images: Gap, texts: Gap): ReferenceHubs {
    return new ReferenceHubs(this.bank, spread(this.ofImages, images), spread(this.ofTexts, texts));
  }

  /** Row `x` of `images` holds another image now. */
  setImage(x: number, images: Matrix): void {
    this.ofImages[x] = meanOfNearest(images, x, this.bank.captions);
  }

  /** Row `t` of `captions` holds another caption now. */
  setText(t: number, captions: Matrix): void {
    this.ofTexts[t] = meanOfNearest(captions, t, this.bank.images);
  }
}

/** However many images speak of hubness, they are among so many. */
const LONGEST_HUB_LIST = 60;

/** What a dataset and the reference bank are to each other, both ways. */
export interface ReferenceNeighbours {
  readonly hubs: ReferenceHubs;
  /** For each image of the dataset the shipped captions nearest to it. */
  readonly captionsOfImages: TopLists;
  /** For each shipped caption the images of the dataset nearest to it. */
  readonly imagesOfShipped: TopLists;
  /** Mean cosine of each shipped caption with its nearest shipped images, its own left out. */
  readonly ofShipped: Float32Array;
}

/**
 * Finds them. O(n) products with the thousand pairs of the bank: little beside the dataset's own.
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

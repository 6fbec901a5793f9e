import { toAbsolute } from '../../core/dataset/paths.ts';
import { captionedImages, type CaptionFileText } from '../../core/export/captionLayouts.ts';
import { assertFile, type PairList } from '../../core/export/pairLists.ts';
import type { BrowsedRow } from './pairBrowser.ts';

/** A list of the pictures that are not ignored. */
interface WrittenList {
  readonly files: Iterable<CaptionFileText>;
  /** Pictures in the list, and those left out of it. */
  readonly kept: number;
  readonly left: number;
  /** Captions that the list cannot hold. */
  readonly leftCaptions: number;
}

/**
 * The pictures of pairs that are not ignored, as `pairlens export --as` lists them.
 * @throws PairLensError `invalid-argument` for images in an archive.
 */
export function pairListOf(rows: readonly BrowsedRow[], list: PairList): WrittenList {
  const pairs = rows.map(({ dataset, image, captionIndex, queried }) => ({
    image: toAbsolute(dataset.root, image),
    caption: queried.decision === 'excluded' ? undefined : queried.caption,
    captionIndex,
  }));
  const images = captionedImages(pairs);
  for (const image of images.keys()) assertFile(image);
  const kept = [...images].map(([file, { captions }]) => ({ file, captions }));
  const left = [...new Set(pairs.map(({ image }) => image))]
    .filter((image) => !images.has(image))
    .sort();
  return {
    files: list.files(kept, left),
    kept: kept.length,
    left: left.length,
    leftCaptions: kept.reduce(
      (sum, { captions }) => sum + Math.max(0, captions.length - list.mostCaptions),
      0,
    ),
  };
}

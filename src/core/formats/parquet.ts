import { PairLensError } from '../errors.ts';
import { sentence } from '../text/sentence.ts';
import type { CaptionFormat } from './captionFormat.ts';
import type { ColumnChoice } from './columnChoice.ts';
import { captionsJsonl } from './captionsJsonl.ts';

/**
 * A parquet file, which the file system reads as the JSON Lines of its rows (docs/adr/0009-archives-as-folders.md), so
 * that line n is row n.
 */
export const parquet: CaptionFormat = parquetWith(undefined);

function parquetWith(chosen: ColumnChoice | undefined): CaptionFormat {
  const rows = (chosen && captionsJsonl.withColumns?.(chosen)) ?? captionsJsonl;
  return {
    id: 'parquet',
    title: 'parquet, with pictures inside or named',
    layout: 'table',
    files: { extensions: ['parquet'] },
    images: 'search-stem',
    rows: 'file',
    isBinary: true,
    // More than that of JSON Lines, which it looks like.
    detect: (head) => (/\.parquet$/i.test(head.name) ? 1.1 * rows.detect(head) : 0),
    read: (file) => rows.read(file),
    edit: (_text, _range, caption) => {
      throw new PairLensError(
        'invalid-argument',
        sentence('“{0}” cannot be written: PairLens does not change parquet files.', caption),
        { remedy: sentence('Mark the pair as verified, or ignore it.') },
      );
    },
    withColumns: parquetWith,
  };
}

import { PairLensError } from '../errors.ts';
import { captionsJson } from './captionsJson.ts';
import { captionsMap } from './captionsMap.ts';
import { conversations } from './conversations.ts';
import { jsonSidecar } from './jsonSidecar.ts';
import { karpathy } from './karpathy.ts';
import { captionsJsonl } from './captionsJsonl.ts';
import type { ColumnChoice } from './columnChoice.ts';
import type { CaptionFormat } from './captionFormat.ts';
import type { FileHead } from './fileHead.ts';
import { cocoCaptions } from './cocoCaptions.ts';
import { fileName } from './fileName.ts';
import { flickrToken } from './flickrToken.ts';
import { hfMetadataCsv } from './hfMetadataCsv.ts';
import { hfMetadataJsonl } from './hfMetadataJsonl.ts';
import { delimited } from './delimited.ts';
import { kaggleResults } from './kaggleResults.ts';
import { namedLines } from './namedLines.ts';
import { parquet } from './parquet.ts';
import { kohyaMetadata } from './kohyaMetadata.ts';
import { sidecar, sidecarLines } from './sidecar.ts';
import { yamlSidecar } from './yamlSidecar.ts';
import { sentence } from '../text/sentence.ts';

/** All caption formats. To add one, create a file beside this one and add a line here. */
export const CAPTION_FORMATS: readonly CaptionFormat[] = [
  sidecar,
  sidecarLines,
  jsonSidecar,
  yamlSidecar,
  hfMetadataJsonl,
  hfMetadataCsv,
  captionsJsonl,
  cocoCaptions,
  kohyaMetadata,
  captionsJson,
  captionsMap,
  karpathy,
  conversations,
  flickrToken,
  delimited,
  namedLines,
  kaggleResults,
  parquet,
  fileName,
];

/** @throws PairLensError `unsupported-format` for an unknown ID. */
export function captionFormat(id: string): CaptionFormat {
  const format = CAPTION_FORMATS.find((known) => known.id === id);
  if (format === undefined) {
    throw new PairLensError(
      'unsupported-format',
      sentence('There is no caption format "{0}".', id),
      {
        remedy: sentence('Choose one of {0}.', CAPTION_FORMATS.map((known) => known.id).join(', ')),
      },
    );
  }
  return format;
}

/** The format with an ID, with the columns that the user named for a file. */
export function formatWith(id: string, columns: ColumnChoice | undefined): CaptionFormat {
  const format = captionFormat(id);
  return columns === undefined ? format : (format.withColumns?.(columns) ?? format);
}

/**
 * The format with the highest confidence; undefined if there is none.
 * @param chosen columns that the user named: only formats that can use them are considered.
 */
export function detectFormat(head: FileHead, chosen?: ColumnChoice): CaptionFormat | undefined {
  let best: CaptionFormat | undefined;
  let confidence = 0;
  const formats =
    chosen === undefined
      ? CAPTION_FORMATS
      : CAPTION_FORMATS.flatMap((format) => format.withColumns?.(chosen) ?? []);
  for (const format of formats) {
    const sure = format.detect(head);
    if (sure > confidence) [best, confidence] = [format, sure];
  }
  return best;
}

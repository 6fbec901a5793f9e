import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import { IMAGE_NAMES } from './columnNames.ts';
import { appendJsonLine, editJsonString, lineProblem, readJsonLines } from './jsonRows.ts';
import { captionsOf, imageOf, pairRows, pairShare } from './recordPair.ts';
import { sentence } from '../text/sentence.ts';

/** One JSON object per line: `{"image", "captions": [...], "split"?}`, also with a single `caption`, with any usual names. */
export const captionsJsonl: CaptionFormat = {
  id: 'captions-jsonl',
  title: 'JSON Lines with image and captions',
  layout: 'table',
  files: { extensions: ['jsonl', 'ndjson'] },
  images: 'relative-stem',
  rows: 'lines',
  detect: (head) => {
    if (head.isJsonLines !== true) return 0;
    // The output of `pairlens audit --pairs` must not be read as a dataset.
    if (head.jsonLines.some((line) => line.has('similarity') && line.has('mismatch'))) return 0;
    // Some lines may have no image.
    return pairShare(head.jsonLines, head) > 0 ? 0.8 : 0;
  },
  read,
  edit: editJsonString,
  append: (text, row) => appendJsonLine(text, row, IMAGE_NAMES),
};

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  for await (const row of readJsonLines(file)) {
    if ('kind' in row) {
      yield row;
      continue;
    }
    const { line, fields } = row;
    const image = imageOf(fields, file.images);
    const captions = captionsOf(fields);
    if (image === undefined)
      yield lineProblem(line, file.name, sentence('has no text under "image"'));
    else if (captions === undefined) {
      yield {
        ...lineProblem(line, file.name, sentence('has neither "captions" nor "caption"')),
        image: image.name,
      };
    } else yield* pairRows(file.name, image, captions, fields);
  }
}

import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import type { ColumnChoice } from './columnChoice.ts';
import { IMAGE_NAMES } from './columnNames.ts';
import { appendJsonLine, editJsonString, lineProblem, readJsonLines } from './jsonRows.ts';
import { captionNodes, imageOf, pairRows, pairShare } from './recordPair.ts';
import { type Sentence, sentence } from '../text/sentence.ts';

/** One JSON object per line: `{"image", "captions": [...], "split"?}`, also with a single `caption`, with any usual names. */
export const captionsJsonl: CaptionFormat = captionsJsonlWith(undefined);

function captionsJsonlWith(chosen: ColumnChoice | undefined): CaptionFormat {
  return {
    id: 'captions-jsonl',
    title: 'JSON Lines with image and captions',
    layout: 'table',
    files: { extensions: ['jsonl', 'ndjson', 'jsonlines'] },
    images: 'relative-stem',
    rows: 'lines',
    detect: (head) => {
      if (head.isJsonLines !== true) return 0;
      // The output of `pairlens audit --pairs` must not be read as a dataset.
      if (head.jsonLines.some((line) => line.has('similarity') && line.has('mismatch'))) return 0;
      // Some lines may have no image.
      return pairShare(head.jsonLines, head, chosen) > 0 ? 0.8 : 0;
    },
    read: (file) => read(file, chosen),
    edit: editJsonString,
    ...(chosen === undefined && {
      append: (text, row) => appendJsonLine(text, row, IMAGE_NAMES),
    }),
    withColumns: captionsJsonlWith,
  };
}

async function* read(
  file: CaptionFile,
  chosen: ColumnChoice | undefined,
): AsyncGenerator<FormatRow> {
  for await (const row of readJsonLines(file)) {
    if ('kind' in row) {
      yield row;
      continue;
    }
    const { line, fields } = row;
    const image = imageOf(fields, file.images, chosen);
    const captions = captionNodes(fields, chosen);
    if (image === undefined)
      yield lineProblem(
        line,
        file.name,
        sentence('has no text under "{0}"', chosen?.image ?? 'image'),
      );
    else if (captions.length === 0) {
      yield {
        ...lineProblem(line, file.name, noCaption(chosen)),
        image: image.name,
      };
    } else yield* pairRows(file.name, image, captions, fields);
  }
}

function noCaption(chosen: ColumnChoice | undefined): Sentence {
  const [name] = chosen?.captions ?? [];
  return name === undefined
    ? sentence('has neither "captions" nor "caption"')
    : sentence('has no text under "{0}"', name);
}

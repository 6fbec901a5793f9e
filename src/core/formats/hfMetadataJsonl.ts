import { captionColumn } from './columnNames.ts';
import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import {
  appendJsonLine,
  captionsAt,
  companionsIn,
  editJsonString,
  lineProblem,
  readJsonLines,
  textOf,
} from './jsonRows.ts';
import { sentence } from '../text/sentence.ts';

/**
 * Hugging Face ImageFolder: one JSON object per line, `file_name` relative to the file's own folder
 * (huggingface.co/docs/datasets/image_load#imagefolder).
 */
export const hfMetadataJsonl: CaptionFormat = {
  id: 'hf-metadata-jsonl',
  title: 'Hugging Face metadata.jsonl',
  layout: 'table',
  files: { extensions: ['jsonl'], names: ['metadata.jsonl'] },
  images: 'own-folder',
  rows: 'lines',
  detect: ({ name, text, jsonLines }) => {
    if (name.toLowerCase() !== 'metadata.jsonl' || !text.includes('"file_name"')) return 0;
    // ImageFolder also has boxes, classes and edits.
    const isOther = jsonLines.every((fields) => captionColumn([...fields.keys()]) === undefined);
    return text.includes('\n') && jsonLines.length > 0 && isOther ? 0 : 1;
  },
  read,
  edit: editJsonString,
  append: (text, row) => appendJsonLine(text, row, ['file_name']),
};

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  for await (const row of readJsonLines(file)) {
    if ('kind' in row) {
      yield row;
      continue;
    }
    const { line, fields } = row;
    const node = fields.get('file_name');
    const image = textOf(node);
    const column = captionColumn([...fields.keys()]);
    const caption = column === undefined ? undefined : fields.get(column);
    if (image === undefined)
      yield lineProblem(line, file.name, sentence('has no text under "file_name"'));
    else if (caption === undefined) {
      yield {
        ...lineProblem(
          line,
          file.name,
          sentence('has no caption (no "text", "caption" or "prompt")'),
        ),
        image,
      };
    } else yield* captionsAt(file.name, image, caption, companionsIn(fields, [node, caption]));
  }
}

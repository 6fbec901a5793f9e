import { readLines } from '../text/lines.ts';
import { captionColumn } from './captionColumns.ts';
import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import {
  appendJsonLine,
  captionsAt,
  companionsIn,
  editJsonString,
  lineProblem,
  parseJsonLine,
  stringIn,
} from './jsonRows.ts';
import { LIMITS } from './limits.ts';
import { sentence } from '../text/sentence.ts';

/**
 * Hugging Face ImageFolder: one JSON object a line, `file_name` relative to the file's own folder
 * (huggingface.co/docs/datasets/image_load#imagefolder).
 */
export const hfMetadataJsonl: CaptionFormat = {
  id: 'hf-metadata-jsonl',
  title: 'Hugging Face metadata.jsonl',
  layout: 'table',
  files: { extensions: ['jsonl'], names: ['metadata.jsonl'] },
  images: 'own-folder',
  rows: 'lines',
  detect: (name, head) =>
    name.toLowerCase() === 'metadata.jsonl' && head.includes('"file_name"') ? 1 : 0,
  read,
  edit: editJsonString,
  append: (text, row) => appendJsonLine(text, row, ['file_name']),
};

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  for await (const line of readLines(file.chunks(), LIMITS.rowCharacters)) {
    if (line.text.trim() === '' && line.tooLong === undefined) continue;
    const fields = parseJsonLine(line, file.name);
    if ('kind' in fields) {
      yield fields;
      continue;
    }
    const node = fields.get('file_name');
    const image = node === undefined ? undefined : stringIn(line, node);
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
        image: image.value,
      };
    } else {
      const extra = companionsIn(fields, [node, caption]);
      yield* captionsAt(line, file.name, image.value, caption, extra);
    }
  }
}

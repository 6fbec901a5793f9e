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
  type JsonFields,
} from './jsonRows.ts';
import { LIMITS } from './limits.ts';
import { sentence } from '../text/sentence.ts';

/** `image_path` is kohya's and musubi-tuner's name for it. */
const IMAGE_KEYS = ['image', 'image_path', 'file_name', 'filename', 'filepath', 'path'];
const CAPTION_KEY = /"(?:captions?|text|prompt|description|sentence)"\s*:/;
const IMAGE_KEY = /"(?:image|image_path|file_name|filename|filepath|path)"\s*:\s*"/;

/** One JSON object a line: `{"image", "captions": [...], "split"?}`, also with a single `caption`. */
export const captionsJsonl: CaptionFormat = {
  id: 'captions-jsonl',
  title: 'JSON Lines with image and captions',
  layout: 'table',
  files: { extensions: ['jsonl', 'ndjson'] },
  images: 'relative',
  rows: 'lines',
  detect: (name, head) => {
    if (!/\.(?:jsonl|ndjson)$/i.test(name)) return 0;
    // What `pairlens audit --pairs` wrote must not be read back as a dataset.
    const lines = head.split('\n', 50);
    if (lines.some(isPairLine)) return 0;
    // Not the first line alone: it may be the broken one.
    return lines.some((line) => CAPTION_KEY.test(line) && IMAGE_KEY.test(line)) ? 0.8 : 0;
  },
  read,
  edit: editJsonString,
  append: (text, row) => appendJsonLine(text, row, IMAGE_KEYS),
};

function isPairLine(line: string): boolean {
  const at = line.indexOf('"similarity":');
  return at >= 0 && line.includes('"mismatch":', at);
}

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  for await (const line of readLines(file.chunks(), LIMITS.rowCharacters)) {
    if (line.text.trim() === '' && line.tooLong === undefined) continue;
    const fields = parseJsonLine(line, file.name);
    if ('kind' in fields) {
      yield fields;
      continue;
    }
    const node = first(fields, IMAGE_KEYS);
    const image = node === undefined ? undefined : stringIn(line, node);
    const column = fields.has('captions') ? 'captions' : captionColumn([...fields.keys()]);
    const captions = column === undefined ? undefined : fields.get(column);
    if (image === undefined)
      yield lineProblem(line, file.name, sentence('has no text under "image"'));
    else if (captions === undefined) {
      yield {
        ...lineProblem(line, file.name, sentence('has neither "captions" nor "caption"')),
        image: image.value,
      };
    } else {
      const split = fields.get('split');
      const extra = {
        ...(split?.type === 'string' && { split: String(split.value) }),
        ...companionsIn(fields, [node, captions]),
      };
      yield* captionsAt(line, file.name, image.value, captions, extra);
    }
  }
}

function first(fields: JsonFields, keys: readonly string[]) {
  for (const key of keys) {
    const node = fields.get(key);
    if (node?.type === 'string') return node;
  }
  return undefined;
}

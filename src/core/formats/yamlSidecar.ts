import { isMap, isScalar, parseDocument, type Scalar } from 'yaml';
import type { CaptionFile, CaptionFormat, FormatRow, SidecarText } from './captionFormat.ts';
import { captionColumn } from './columnNames.ts';
import { refuseBlank } from './representable.ts';
import { joined } from './sidecar.ts';
import { sentence } from '../text/sentence.ts';

/**
 * A YAML file beside each image, as in EveryDream 2: the caption is `main_prompt`
 * (github.com/victorchall/EveryDream2trainer, doc/DATA.md), or `caption` or `prompt` of other trainers.
 */
export const yamlSidecar: CaptionFormat = {
  id: 'yaml-sidecar',
  title: 'photo.yaml beside photo.jpg (EveryDream)',
  layout: 'sidecar',
  files: { extensions: [], besideImages: ['yaml', 'yml'] },
  images: 'own-folder',
  rows: 'file',
  detect: () => 0, // detected by the image beside it
  read,
  readSidecar,
  edit: (text, range, caption) => {
    refuseBlank(caption);
    // The final line end of a block belongs to the file.
    const lineEnd = /\r?\n$/.exec(text.slice(range.start, range.end))?.[0] ?? '';
    return { start: range.start, end: range.end, newText: quoted(caption) + lineEnd };
  },
};

/** A double-quoted scalar; JSON escapes are valid YAML. */
function quoted(caption: string): string {
  return JSON.stringify(caption).replace(/[\x7f-\x9f\u2028\u2029\ufeff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function readSidecar(text: string, name: string): SidecarText {
  const document = parseDocument(text, { logLevel: 'silent', uniqueKeys: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line = 1, col = 1 } = error.linePos?.[0] ?? {};
    return {
      captions: [],
      flaw: {
        kind: 'problem',
        code: 'unreadable-caption',
        message: sentence('{0} is not valid YAML at line {1}, column {2}.', name, line, col),
        remedy: sentence('Correct the file there.'),
        range: { start: error.pos[0], end: error.pos[0], line: line - 1, column: col - 1 },
      },
    };
  }
  const caption = captionIn(document.contents);
  if (caption === undefined) return { captions: [] };
  const [start = 0, end = 0] = caption.range ?? [];
  const before = text.slice(0, start);
  const range = {
    start,
    end,
    line: before.split('\n').length - 1,
    column: start - (before.lastIndexOf('\n') + 1),
  };
  return { captions: [{ kind: 'caption', image: '', caption: String(caption.value), range }] };
}

function captionIn(contents: unknown): Scalar | undefined {
  if (!isMap(contents)) return undefined;
  const keys = contents.items.map(({ key }) => (isScalar(key) ? String(key.value) : ''));
  const key = keys.includes('main_prompt') ? 'main_prompt' : captionColumn(keys);
  const value: unknown = key === undefined ? undefined : contents.get(key, true);
  return isScalar(value) && typeof value.value === 'string' ? value : undefined;
}

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  const { captions, flaw } = readSidecar(await joined(file), file.name);
  if (flaw !== undefined) yield flaw;
  yield* captions;
}

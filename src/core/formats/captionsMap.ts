import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import { captionColumn, namesImage } from './columnNames.ts';
import type { FileHead } from './fileHead.ts';
import { readJsonRecords, type JsonRecord } from './jsonRecords.ts';
import { captionsAt, editJsonString } from './jsonRows.ts';
import type { JsonNode } from './jsonTree.ts';

/** Entries used to detect a map. */
const LOOKED_AT = 20;

/**
 * A JSON object that maps image names to captions: `{"a.jpg": "..."}`, `{"a": ["...", "..."]}`; also in a property of the
 * document, and with objects that contain the caption.
 */
export const captionsMap: CaptionFormat = {
  id: 'captions-map',
  title: 'JSON object from image names to captions',
  layout: 'table',
  files: { extensions: ['json'], names: ['*caption*.json'] },
  images: 'search-stem',
  rows: 'json-strings',
  detect: (head) => (head.isJsonLines === false && isMap(head) ? 0.7 : 0),
  read: (file) => readJsonRecords(file, 'entries', (record) => rowsOf(record, file)),
  edit: editJsonString,
};

function isMap(head: FileHead): boolean {
  const outer = head.json?.fields;
  if (outer === undefined) return false;
  return [outer, ...[...outer.values()].flatMap(({ fields }) => fields ?? [])].some((fields) => {
    const entries = [...fields].slice(0, LOOKED_AT);
    const pairs = entries.filter(
      ([name, node]) => namesImage(name, head.images) && holdsCaption(node),
    );
    return pairs.length > 0 && pairs.length >= 0.5 * entries.length;
  });
}

function holdsCaption(node: JsonNode): boolean {
  if (node.type === 'string') return /\p{L}/u.test(String(node.value));
  if (node.items !== undefined) return node.items.some(holdsCaption);
  return node.fields !== undefined && captionColumn([...node.fields.keys()]) !== undefined;
}

function rowsOf(
  { section, name, node }: JsonRecord,
  { name: file, images }: CaptionFile,
): FormatRow[] {
  if (section !== '' && namesImage(section, images)) {
    // `{"a.jpg": {"caption": ...}}`: the entry's own properties.
    return captionColumn([name]) === undefined ? [] : captionsAt(file, section, node);
  }
  // Skips other properties, such as version and licence.
  return namesImage(name, images) ? captionsAt(file, name, node) : [];
}

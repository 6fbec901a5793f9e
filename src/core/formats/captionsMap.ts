import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import { namesImage } from './columnNames.ts';
import type { FileHead } from './fileHead.ts';
import { readJsonRecords, type JsonRecord } from './jsonRecords.ts';
import { captionsAt, editJsonString } from './jsonRows.ts';
import { captionsOf } from './recordPair.ts';
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
  read: (file) =>
    readJsonRecords(
      file,
      'entries',
      (record) => rowsOf(record, file),
      (name) => namesImage(name, file.images),
    ),
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
  return node.fields !== undefined && captionsOf(node.fields) !== undefined;
}

function rowsOf({ name, node }: JsonRecord, { name: file, images }: CaptionFile): FormatRow[] {
  // Other properties are facts about the document: its version, its licence.
  if (!namesImage(name, images)) return [];
  const captions = node.fields === undefined ? node : captionsOf(node.fields);
  return captions === undefined ? [] : captionsAt(file, name, captions);
}

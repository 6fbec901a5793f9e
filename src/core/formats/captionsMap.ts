import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import { namesImage } from './columnNames.ts';
import { FileHead, readHead } from './fileHead.ts';
import { readJsonRecords, type JsonRecord } from './jsonRecords.ts';
import { captionsAt, editJsonString } from './jsonRows.ts';
import { captionNodes, captionsOf, imageOf, pairRows, pairShare } from './recordPair.ts';
import type { JsonFields, JsonNode } from './jsonTree.ts';

/** Entries used to detect a map. */
const LOOKED_AT = 20;

/**
 * A JSON object that maps image names to captions: `{"a.jpg": "..."}`, `{"a": ["...", "..."]}`; also in a property of the
 * document, and with objects that contain the caption; or IDs to objects that contain image and caption.
 */
export const captionsMap: CaptionFormat = {
  id: 'captions-map',
  title: 'JSON object from image names to captions',
  layout: 'table',
  files: { extensions: ['json'], names: ['*caption*.json'] },
  images: 'search-stem',
  rows: 'json-strings',
  detect: (head) => (head.isJsonLines === false && isMap(head) ? 0.7 : 0),
  read,
  edit: editJsonString,
};

function isMap(head: FileHead): boolean {
  if (isMapOfPairs(head)) return true;
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

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  const { head, chunks } = await readHead(file);
  const byId = isMapOfPairs(new FileHead(file.name, head, file.images));
  yield* readJsonRecords(
    { ...file, chunks },
    'entries',
    (record) => (byId ? pairOf(record, file) : rowsOf(record, file)),
    (name) => byId || namesImage(name, file.images),
  );
}

/** Whether the document maps IDs to objects with an image and its captions. */
function isMapOfPairs(head: FileHead): boolean {
  const entries = [...(head.json?.fields ?? [])].slice(0, LOOKED_AT);
  const records = entries.flatMap(([, { fields }]) => fields ?? []);
  const named = entries.filter(([name]) => namesImage(name, head.images));
  if (records.length < 0.5 * entries.length || named.length >= 0.5 * entries.length) return false;
  return pairShare(records, head) >= 0.5;
}

function pairOf({ node: { fields } }: JsonRecord, { name, images }: CaptionFile): FormatRow[] {
  const image = fields && imageOf(fields, images);
  const captions = fields === undefined ? [] : captionNodes(fields);
  return fields === undefined || image === undefined ? [] : pairRows(name, image, captions, fields);
}

function holdsCaption(node: JsonNode): boolean {
  if (node.type === 'string') return /\p{L}/u.test(String(node.value));
  if (node.items !== undefined) return node.items.some(holdsCaption);
  return node.fields !== undefined && captionsInEntry(node.fields) !== undefined;
}

/** The captions of an entry: under a usual name, or DiffusionDB's `p`, the prompt beside its seed. */
function captionsInEntry(fields: JsonFields): JsonNode | undefined {
  return captionsOf(fields) ?? (fields.has('se') ? fields.get('p') : undefined);
}

function rowsOf({ name, node }: JsonRecord, { name: file, images }: CaptionFile): FormatRow[] {
  // Other properties are facts about the document: its version, its licence.
  if (!namesImage(name, images)) return [];
  const captions = node.fields === undefined ? node : captionsInEntry(node.fields);
  return captions === undefined ? [] : captionsAt(file, name, captions);
}

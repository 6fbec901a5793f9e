import type { CaptionFile, CaptionFormat, FormatRow, SidecarText } from './captionFormat.ts';
import { invalidJson } from './jsonDocument.ts';
import { captionsAt, editJsonString } from './jsonRows.ts';
import { type JsonFields, type JsonNode, readJsonTree } from './jsonTree.ts';
import { captionsOf } from './recordPair.ts';
import { joined } from './sidecar.ts';

/** A JSON file beside each image: an object with captions under a usual name, perhaps in another object, or a text. */
export const jsonSidecar: CaptionFormat = {
  id: 'json-sidecar',
  title: 'photo.json beside photo.jpg',
  layout: 'sidecar',
  files: { extensions: [], besideImages: ['json'] },
  images: 'own-folder',
  rows: 'json-strings',
  detect: () => 0, // detected by the image beside it
  read,
  readSidecar,
  edit: editJsonString,
};

/**
 * Whether a text is JSON with words, as a whole or each line of it: some tools write it into a .txt. Tags in brackets
 * are none.
 */
export function isJsonText(text: string): boolean {
  if (!JSON_BEGINS.test(text)) return false;
  const documents = isJson(text)
    ? [text]
    : text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return documents.every((each) => JSON_BEGINS.test(each) && WORDS.test(each) && isJson(each));
}

const JSON_BEGINS = /^\s*[[{]/;
const WORDS = /"[^"]*\p{L}/u;

function isJson(text: string): boolean {
  return readJsonTree(text).flaw === undefined;
}

function readSidecar(text: string, name: string): SidecarText {
  const { root, flaw } = readJsonTree(text);
  if (flaw !== undefined) return { captions: [], flaw: invalidJson(name, flaw) };
  const captions = root && captionsIn(root);
  if (captions === undefined) return { captions: [] };
  const rows = captionsAt(name, '', captions);
  return {
    captions: rows.flatMap((row) => (row.kind === 'caption' ? [row] : [])),
    ...rows.flatMap((row) => (row.kind === 'problem' ? [{ flaw: row }] : []))[0],
  };
}

/** The captions of a file: its only text, those of its object, or of objects in it; undefined if these are unclear. */
function captionsIn(root: JsonNode): JsonNode | undefined {
  if (root.type === 'string') return root;
  if (root.items !== undefined) return listsCaptions(root) ? root : undefined;
  if (root.fields === undefined) return undefined;
  const own = captionsOf(root.fields);
  if (own !== undefined) return own;
  let level: readonly JsonFields[] = [root.fields];
  for (let depth = 0; depth < NESTED_LEVELS && level.length > 0; depth++) {
    const values = level.flatMap((fields) => [...fields.values()]);
    const objects = values.flatMap(({ fields }) => fields ?? []);
    const found = [
      ...objects.flatMap((fields) => captionsOf(fields) ?? []),
      ...values.filter(listsCaptions),
    ];
    if (found.length > 0) return found.length === 1 ? found[0] : undefined;
    level = objects;
  }
  return undefined;
}

const NESTED_LEVELS = 3;

/** Whether each object of a list has a caption. Other texts are those of regions or of lettering in the picture. */
function listsCaptions({ items = [] }: JsonNode): boolean {
  return (
    items.length > 0 &&
    items.every(({ fields }) => fields?.has('caption') === true || fields?.has('captions') === true)
  );
}

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  const { captions, flaw } = readSidecar(await joined(file), file.name);
  if (flaw !== undefined) yield flaw;
  yield* captions;
}

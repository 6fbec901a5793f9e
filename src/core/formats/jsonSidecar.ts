import type { CaptionFile, CaptionFormat, FormatRow, SidecarText } from './captionFormat.ts';
import { invalidJson } from './jsonDocument.ts';
import { captionsAt, editJsonString } from './jsonRows.ts';
import { readJsonTree } from './jsonTree.ts';
import { captionsOf } from './recordPair.ts';
import { joined } from './sidecar.ts';

/** A JSON object beside each image, with captions under a usual name. */
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

function readSidecar(text: string, name: string): SidecarText {
  const { root, flaw } = readJsonTree(text);
  if (flaw !== undefined) return { captions: [], flaw: invalidJson(name, flaw) };
  const captions = root?.fields && captionsOf(root.fields);
  if (captions === undefined) return { captions: [] };
  const rows = captionsAt(name, '', captions);
  return {
    captions: rows.flatMap((row) => (row.kind === 'caption' ? [row] : [])),
    ...rows.flatMap((row) => (row.kind === 'problem' ? [{ flaw: row }] : []))[0],
  };
}

async function* read(file: CaptionFile): AsyncGenerator<FormatRow> {
  const { captions, flaw } = readSidecar(await joined(file), file.name);
  if (flaw !== undefined) yield flaw;
  yield* captions;
}

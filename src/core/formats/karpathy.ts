import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import { joinPath } from '../dataset/paths.ts';
import { entryWithoutNames, readJsonRecords, type JsonRecord } from './jsonRecords.ts';
import { captionsAt, editJsonString, textOf } from './jsonRows.ts';
import type { JsonFields } from './jsonTree.ts';

/**
 * Karpathy's splits of COCO, Flickr8k and Flickr30k (cs.stanford.edu/people/karpathy/deepimagesent): `images`, each with
 * `filename`, perhaps a folder in `filepath`, `split` and `sentences` with the caption in `raw`.
 */
export const karpathy: CaptionFormat = {
  id: 'karpathy',
  title: "Karpathy's JSON (images with sentences)",
  layout: 'table',
  files: { extensions: ['json'], names: ['dataset*.json'] },
  images: 'search',
  rows: 'json-strings',
  detect: ({ name, json }) => {
    if (!/\.json$/i.test(name)) return 0;
    const first = json?.fields?.get('images')?.items?.[0]?.fields;
    return first?.get('sentences')?.items?.[0]?.fields?.has('raw') === true ? 1 : 0;
  },
  read: (file) => readJsonRecords(file, 'items', (record) => rowsOf(record, file)),
  edit: editJsonString,
};

function* rowsOf({ section, node }: JsonRecord, { name }: CaptionFile): Generator<FormatRow> {
  if (section !== 'images') return;
  const fields: JsonFields = node.fields ?? new Map();
  const file = textOf(fields.get('filename')) ?? textOf(fields.get('file_name'));
  if (file === undefined) {
    yield entryWithoutNames(name, node);
    return;
  }
  const image = joinPath(textOf(fields.get('filepath')) ?? '', file);
  const split = textOf(fields.get('split'));
  for (const [i, { fields: said }] of (fields.get('sentences')?.items ?? []).entries()) {
    const raw = said?.get('raw');
    if (raw === undefined) continue;
    const id = said?.get('sentid')?.value;
    for (const row of captionsAt(name, image, raw, split === undefined ? {} : { split })) {
      yield row.kind === 'caption' ? { ...row, key: String(id ?? i) } : row;
    }
  }
}

import type { CaptionFile, CaptionFormat, FormatRow } from './captionFormat.ts';
import type { ColumnChoice } from './columnChoice.ts';
import type { FileHead } from './fileHead.ts';
import { appendJsonEntry } from './jsonEntry.ts';
import { entryWithoutNames, readJsonRecords, type JsonRecord } from './jsonRecords.ts';
import { editJsonString } from './jsonRows.ts';
import type { JsonFields } from './jsonTree.ts';
import { captionNodes, imageOf, pairRows, pairShare } from './recordPair.ts';
import { sentence } from '../text/sentence.ts';

/**
 * A JSON list of objects with an image and its captions, as in BLIP, LAVIS, DiffSynth and many scripts; also in a
 * property of the document: `{"data": [...]}`, `{"annotations": [...]}`.
 */
export const captionsJson: CaptionFormat = captionsJsonWith(undefined);

function captionsJsonWith(chosen: ColumnChoice | undefined): CaptionFormat {
  return {
    id: 'captions-json',
    title: 'JSON list of objects with image and caption',
    layout: 'table',
    files: { extensions: ['json'], names: ['*caption*.json', 'metadata.json', 'train.json'] },
    images: 'search-stem',
    rows: 'json-strings',
    detect: (head) =>
      head.isJsonLines === false &&
      recordLists(head).some((records) => pairShare(records, head, chosen) >= 0.5)
        ? 0.8
        : 0,
    read: (file) => readJsonRecords(file, 'items', (record) => rowsOf(record, file, chosen)),
    edit: editJsonString,
    ...(chosen === undefined && { append: appendJsonEntry }),
    withColumns: captionsJsonWith,
  };
}

/** The objects of each list: the document itself, or its properties. */
export function recordLists({ json }: FileHead): readonly (readonly JsonFields[])[] {
  const lists = json?.items ? [json] : [...(json?.fields?.values() ?? [])];
  return lists.flatMap(({ items }) =>
    items === undefined ? [] : [items.flatMap(({ fields }) => fields ?? [])],
  );
}

function* rowsOf(
  { section, node }: JsonRecord,
  { name, images }: CaptionFile,
  chosen: ColumnChoice | undefined,
): Generator<FormatRow> {
  const { fields } = node;
  const image = fields && imageOf(fields, images, chosen);
  const captions = fields === undefined ? [] : captionNodes(fields, chosen);
  if (fields !== undefined && image !== undefined && captions.length > 0) {
    yield* pairRows(name, image, captions, fields);
  } else if (image !== undefined) {
    yield {
      kind: 'problem',
      code: 'missing-caption',
      message: sentence(
        'Line {0} of {1} names {2} without a caption.',
        node.range.line + 1,
        name,
        image.name,
      ),
      remedy: sentence('Add a "caption" to the entry.'),
      image: image.name,
      range: node.range,
    };
  } else if (captions.length > 0) {
    yield { kind: 'unjudged', what: sentence('entries without an image'), images: [] };
  } else if (section === '') {
    yield entryWithoutNames(name, node);
  }
}

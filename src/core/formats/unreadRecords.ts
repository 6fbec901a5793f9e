import { type Sentence, sentence } from '../text/sentence.ts';
import { imageColumns, type ImageNames, namesImage } from './columnNames.ts';
import type { JsonFields } from './jsonTree.ts';
import { writtenNames } from './recordPair.ts';

/*
 * What the records of a table or a list are, where they are in a form that is not read.
 */

/** Whether most records name several images where one is expected. */
export function nameSeveral(
  records: readonly JsonFields[],
  keys: readonly string[],
  images: ImageNames | undefined,
): boolean {
  const columns = imageColumns(keys);
  const several = records.filter((fields) =>
    columns.some((key) => {
      const names = writtenNames(fields.get(key));
      return names.length > 1 && names.some((name) => namesImage(name, images));
    }),
  );
  return several.length > records.length / 2;
}

/** Whether a record is about parts of an image: Visual Genome, RefCOCO and sets made of them. */
export function isAboutParts(fields: JsonFields): boolean {
  const first = fields.get('regions')?.items?.[0]?.fields;
  const keys = [...fields.keys()];
  return (
    first?.has('phrase') === true ||
    fields.has('ref_id') ||
    /^refcoco/i.test(String(fields.get('dataset_name')?.value ?? '')) ||
    (keys.some((key) => PLACE.test(key)) && keys.some((key) => EXPRESSION.test(key)))
  );
}

const PLACE = /^(?:bbox|box|boxes|segmentation|mask)$/i;
const EXPRESSION = /^(?:(?:referring_)?expressions?|phrases?|refexp)$/i;

/** What a record is that is read in another form only. */
export function knownTool(
  fields: JsonFields,
): readonly [what: Sentence, remedy: Sentence] | undefined {
  if (LABELBOX_KEYS.some((names) => names.every((name) => fields.has(name)))) return LABELBOX;
  const lists = [...fields.values()].flatMap(({ items = [] }) => items[0]?.fields ?? []);
  if (lists.some((first) => first.get('result')?.type === 'array')) return LABEL_STUDIO;
  const isTurn = (turn: JsonFields): boolean =>
    TURNS.some((names) => names.every((name) => turn.has(name)));
  return lists.some(isTurn) ? CONVERSATIONS : undefined;
}

/** Of the lines that it writes now, and of the list that it wrote before. */
const LABELBOX_KEYS = [
  ['data_row', 'projects'],
  ['DataRow ID', 'Labeled Data'],
];
const LABELBOX = [
  sentence('an export of Labelbox, whose texts are inside its labels'),
  sentence('Write it as a list of objects with "image" and "caption".'),
] as const;
export const REGIONS = {
  what: sentence('phrases about parts of images, which are no captions of whole images'),
  remedy: sentence('Nothing to do.'),
  isLeftAlone: true,
} as const;
const LABEL_STUDIO = [
  sentence('tasks of Label Studio, which are not read'),
  sentence('Export them as JSON-MIN or CSV.'),
] as const;
const CONVERSATIONS = [
  sentence('conversations, which are not read from this file'),
  sentence('Write them as JSON, with the images as files.'),
] as const;
const TURNS = [
  ['user', 'assistant'],
  ['from', 'value'],
  ['role', 'content'],
];

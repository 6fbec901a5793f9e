import { extensionOf, unsupportedPicture } from '../dataset/fileKinds.ts';
import { SAMPLES, type SampledColumn } from '../dataset/inventory.ts';
import { type Sentence, sentence } from '../text/sentence.ts';
import {
  asksQuestions,
  captionColumns,
  imageColumns,
  type ImageNames,
  namesImage,
  readsLikeCaption,
} from './columnNames.ts';
import { csvRecords } from './csvTable.ts';
import type { FileHead } from './fileHead.ts';
import type { JsonFields, JsonNode } from './jsonTree.ts';
import { JsonReader } from './jsonReader.ts';
import { isHeader, likelySeparator, ROWS_LOOKED_AT, VIA_COLUMN } from './tableColumns.ts';
import { describeGraphs, describeOwnImage, QUESTIONS } from './unreadDocuments.ts';
import { isAboutParts, knownTool, nameSeveral, REGIONS } from './unreadRecords.ts';
import { describeJsonText, describeNamingJson, namesIn } from './namingText.ts';
import { recordLists } from './captionsJson.ts';
import { HEAD_CHARACTERS } from './captionFormat.ts';

/** A file of unknown format that may contain captions. */
export interface UnreadTable {
  /** Description of the file and of what is missing. */
  readonly what: Sentence;
  readonly remedy: Sentence;
  /** Image names found in its head. */
  readonly names: readonly string[];
  /** Its columns, if naming the right ones is all that is missing. */
  readonly columns?: readonly SampledColumn[];
  /** Whether it is no captions, and ignored on purpose. */
  readonly isLeftAlone?: true;
}

/** Most columns or properties named in a message. */
const NAMED = 8;

/**
 * Describes a file of unknown format by its head; undefined for files without captions, such as settings, labels and
 * boxes.
 */
export function describeUnread(head: FileHead): UnreadTable | undefined {
  if (extensionOf(head.name) === 'parquet') return describeParquet(head);
  if (head.isJsonLines === false) return describeJson(head) ?? describeEncoded(head);
  if (head.isJsonLines === true) {
    const about = (keys: string) => sentence('lines of objects with {0}', keys);
    return describeRecords(head.jsonLines, head, about) ?? describeEncoded(head);
  }
  return describeJsonText(head) ?? describeTable(head) ?? describeLines(head);
}

/** A parquet file is named in any case: it is a dataset more often than not. */
function describeParquet(head: FileHead): UnreadTable {
  const records = head.jsonLines;
  const columns = (keys: string) => sentence('a parquet table with the columns {0}', keys);
  const found = describeRecords(records, head, columns, 'column');
  if (found !== undefined) return found;
  const keys = keysOf(records);
  return {
    what:
      keys.length === 0
        ? sentence('a parquet table without texts')
        : sentence('{0}: none of them is known as a caption', columns(listed(keys))),
    remedy: sentence('Nothing to do, if it holds no captions.'),
    names: [],
  };
}

function describeJson(head: FileHead): UnreadTable | undefined {
  const { name, text, images } = head;
  const flaw = new JsonReader(SILENT, 0).write(text);
  if (flaw !== undefined || (text.length < HEAD_CHARACTERS && !/[\]}]\s*$/.test(text))) {
    const names = namesIn(text, images);
    if (names.length === 0) return undefined;
    return {
      what:
        flaw === undefined
          ? sentence('it names images, but is not valid JSON: it ends too early')
          : sentence(
              'it names images, but is not valid JSON: {0} at line {1}, column {2}',
              flaw.what,
              flaw.line + 1,
              flaw.column + 1,
            ),
      remedy: sentence('Correct {0} there.', name),
      names,
    };
  }
  for (const records of recordLists(head)) {
    const found = describeRecords(records, head, (keys) =>
      sentence('a list of objects with {0}', keys),
    );
    if (found !== undefined) return found;
  }
  return describeOwnImage(head) ?? describeGraphs(head) ?? describeNamingJson(head);
}

const SILENT = {
  wants: () => false,
  onBegin: () => undefined,
  onEnd: () => undefined,
  onName: () => undefined,
  onScalar: () => undefined,
};

function describeRecords(
  records: readonly JsonFields[],
  { images }: FileHead,
  about: (keys: string) => Sentence,
  how: Facts['how'] = 'property',
): UnreadTable | undefined {
  const some = records.slice(0, ROWS_LOOKED_AT);
  const [first] = some;
  if (first === undefined) return undefined;
  const keys = keysOf(some);
  if (some.some(isAboutParts)) {
    return { ...REGIONS, what: sentence('{0}: {1}', about(listed(keys)), REGIONS.what), names: [] };
  }
  const known = some.map(knownTool).find((tool) => tool !== undefined);
  const texts = some.flatMap((fields) => [...fields.values()].flatMap(stringsOf));
  const names = distinct(texts.filter((text) => namesImage(text, images)));
  if (known !== undefined && names.length > 0) {
    const [what, remedy] = known;
    return { what: sentence('{0}: {1}', about(listed(keys)), what), remedy, names };
  }
  if (captionColumns(keys).length > 0 && nameSeveral(some, keys, images)) {
    return {
      what: sentence(
        '{0}: each names several images, whose caption is not judged',
        about(listed(keys)),
      ),
      remedy: sentence('Write an object for each image, if the caption is that of each.'),
      names,
    };
  }
  const values = some.flatMap((fields) =>
    [...fields].flatMap(([key, node]) => stringsOf(node).map((text) => ({ key, text }))),
  );
  return describe({
    what: about(listed(keys)),
    keys,
    values,
    images,
    how,
  });
}

function keysOf(records: readonly JsonFields[]): string[] {
  return distinct(records.flatMap((fields) => [...fields.keys()]));
}

/** All strings in a value, recursively. */
function stringsOf(node: JsonNode): readonly string[] {
  if (node.type === 'string') return [String(node.value)];
  return [...(node.items ?? []), ...(node.fields?.values() ?? [])].flatMap(stringsOf);
}

/** The columns of a table, which have numbers if there is no header, and its first rows. */
function tableColumns({ text, images }: FileHead):
  | {
      readonly header: readonly string[] | undefined;
      readonly keys: readonly string[];
      readonly body: readonly (readonly string[])[];
    }
  | undefined {
  const separator = likelySeparator(text, images);
  if (separator === undefined) return undefined;
  const rows = csvRecords(text, separator, ROWS_LOOKED_AT);
  const header = rows[0] !== undefined && isHeader(rows[0], images) ? rows[0] : undefined;
  const body = header === undefined ? rows : rows.slice(1);
  return { header, keys: header ?? (rows[0] ?? []).map((_, c) => String(c + 1)), body };
}

function describeTable(head: FileHead): UnreadTable | undefined {
  const { name, images } = head;
  const classic = describeClassicLines(head);
  if (classic !== undefined) return classic;
  const table = tableColumns(head);
  if (table === undefined) return undefined;
  const { header, keys, body } = table;
  const values = body.flatMap((row) =>
    row.flatMap((text, c) => (keys[c] === undefined ? [] : [{ key: keys[c], text }])),
  );
  const what =
    header === undefined
      ? sentence('a table of {0} columns without names', keys.length)
      : sentence('a table with the columns {0}', listed(keys));
  const isNamedForCaptions = NAMED_FOR_CAPTIONS.test(name);
  return describe({ what, keys, values, images, how: 'column', isNamedForCaptions });
}

/** A table with the line ends of Mac OS 9, as Excel for Mac still offers: one line for PairLens, and for most trainers. */
function describeClassicLines({ text, images }: FileHead): UnreadTable | undefined {
  const lines = text.includes('\n') ? [] : text.split('\r', ROWS_LOOKED_AT);
  const names = lines.flatMap((line) => {
    const [name = ''] = line.replaceAll('"', '').split(/[,;\t|]/, 1);
    return namesImage(name, images) ? [name] : [];
  });
  if (names.length < LEAST_LINES) return undefined;
  return {
    what: sentence('its lines end with a carriage return alone, which is not read'),
    remedy: sentence('Save it with the line ends of Unix or Windows.'),
    names: distinct(names),
  };
}

/** Describes lines with captions, with or without image names, without a separator. */
function describeLines({ name, text, images }: FileHead): UnreadTable | undefined {
  if (extensionOf(name) !== 'txt') return undefined;
  const lines = text.split(/\r?\n/, ROWS_LOOKED_AT).filter((line) => line.trim() !== '');
  if (lines.length < LEAST_LINES) return undefined;
  // Behind names in lists of labels there are numbers or single words.
  const names = lines.flatMap((line) => {
    const [name = ''] = line.trim().split(/[\s:,;|]+/, 1);
    const isNamed = namesImage(name, images) && readsLikeCaption(line.trim().slice(name.length));
    return isNamed ? [name] : [];
  });
  if (names.length >= 0.8 * lines.length) {
    return {
      what: sentence('lines that begin with the name of an image, and no one separator behind it'),
      remedy: sentence('Put a tab between the name of the image and its caption.'),
      names: distinct(names),
    };
  }
  if (!NAMED_FOR_CAPTIONS.test(name) || !lines.every(readsLikeCaption)) return undefined;
  return {
    what: sentence('lines of text that name no images'),
    remedy: sentence('Put the file name of the image and a tab before each caption.'),
    names: [],
  };
}

const LEAST_LINES = 3;
/** Prompts of samples, which trainers draw while they train, are no captions. */
const NAMED_FOR_CAPTIONS = /capt|descri|annot|^(?!.*(?:sample|negative)).*prompt/i;

interface Facts {
  readonly what: Sentence;
  readonly keys: readonly string[];
  readonly values: readonly { readonly key: string; readonly text: string }[];
  readonly images: ImageNames | undefined;
  readonly how: 'column' | 'property';
  /** Whether its name says that it holds captions. */
  readonly isNamedForCaptions?: boolean;
}

function describe({
  what,
  keys,
  values,
  images,
  how,
  isNamedForCaptions = false,
}: Facts): UnreadTable | undefined {
  const named = values.filter(({ text }) => namesImage(text, images)).map(({ text }) => text);
  const addresses = values.some(({ text }) => /^https?:\/\/\S+$/i.test(text.trim()));
  const videos = values.some(({ text }) => isVideo(text));
  const prose = distinct(values.filter(({ text }) => readsLikeCaption(text)).map(({ key }) => key));
  const captions = captionColumns(keys);
  const told = (why: Sentence, remedy: Sentence): UnreadTable => ({
    what: sentence('{0}: {1}', what, why),
    remedy,
    names: distinct(named),
  });
  if (prose.length === 0) return undefined;
  if (keys.includes(VIA_COLUMN)) {
    return told(
      sentence('annotations of VIA, whose texts are inside other fields'),
      sentence('Write the text of each image into a column of its own.'),
    );
  }
  if (asksQuestions(keys) && captions.length === 0 && !asksForDescriptions(values)) {
    return { ...told(QUESTIONS.what, QUESTIONS.remedy), names: [], isLeftAlone: true };
  }
  if (named.length === 0) {
    if (videos) {
      return told(
        sentence('captions of videos'),
        sentence('Nothing to do: the videos and their captions are left alone.'),
      );
    }
    if (addresses) {
      return told(
        sentence('it names pictures by their addresses'),
        sentence('Download the pictures, and name each by its file instead.'),
      );
    }
    if (values.some(({ text }) => isEncodedPicture(text))) {
      return told(ENCODED.what, ENCODED.remedy);
    }
    const isMeant = captions.length > 0 && imageColumns(keys).length > 0;
    if (!isMeant && !isNamedForCaptions) return undefined;
    return told(
      how === 'column'
        ? sentence('no column names images of this folder')
        : sentence('no property names images of this folder'),
      imageColumns(keys).includes('image')
        ? sentence('Add the file name of the image to each row, called "file_name".')
        : sentence('Add the file name of the image to each row, called "image".'),
    );
  }
  const pictures = keys.filter((key) =>
    values.some(({ key: of, text }) => of === key && namesImage(text, images)),
  );
  const unclear = told(
    captions.length > 0 && pictures.length > 1
      ? sentence('which is the image, {0}?', pictures.slice(0, NAMED).map(quoted).join(', '))
      : prose.length === 1
        ? sentence('is {0} the caption?', quoted(prose[0] ?? ''))
        : sentence('which is the caption, {0}?', prose.slice(0, NAMED).map(quoted).join(', ')),
    // Renaming them in the file may be wrong for its trainer.
    how === 'column'
      ? sentence('Name the columns of the image and the caption in pairlens.config.json.')
      : sentence('Name the properties of the image and the caption in pairlens.config.json.'),
  );
  return { ...unclear, columns: sampledColumns(keys, values, images) };
}

/** Whether the questions are those for a description, whose answer is a caption. */
function asksForDescriptions(values: Facts['values']): boolean {
  const questions = values.filter(({ key }) => /^questions?$/i.test(key.trim()));
  const asking = questions.filter(({ text }) => /\b(?:describe|caption)\b|描述/i.test(text));
  return asking.length > questions.length / 2;
}

/** Columns with their first different values and what most of these are. */
function sampledColumns(
  keys: readonly string[],
  values: Facts['values'],
  images: ImageNames | undefined,
): SampledColumn[] {
  return keys.map((name) => {
    const texts = values.filter(({ key, text }) => key === name && text.trim() !== '');
    const most = (holds: (text: string) => boolean): boolean =>
      texts.filter(({ text }) => holds(text)).length > texts.length / 2;
    const samples = distinct(texts.map(({ text }) => text.trim())).slice(0, SAMPLES);
    const holds = most((text) => namesImage(text, images))
      ? 'images'
      : most(readsLikeCaption)
        ? 'words'
        : 'other';
    return { name, samples, holds };
  });
}

/** Base64 of a picture, as OFA's tables and data addresses have it. */
function isEncodedPicture(text: string): boolean {
  return (
    text.length > ENCODED_CHARACTERS &&
    /^(?:data:image\/[^,]*,)?[A-Za-z0-9+/_-]+=*$/.test(text.trim())
  );
}

const ENCODED_CHARACTERS = 200;
const ENCODED = {
  what: sentence('its pictures are inside the file'),
  remedy: sentence(
    'Write the images as files, with their captions in a metadata.jsonl beside them.',
  ),
};

/** JSON whose first picture is longer than the head: JPEG, PNG, WebP or GIF in Base64. */
function describeEncoded({ text }: FileHead): UnreadTable | undefined {
  return BEGUN_PICTURE.test(text) ? { ...ENCODED, names: [] } : undefined;
}

const BEGUN_PICTURE =
  /:\s*"(?:data:image\/[^,"]*,)?(?:\/9j\/|iVBOR|UklGR|R0lGOD)[A-Za-z0-9+/=\s]{2000}/;

function isVideo(text: string): boolean {
  return unsupportedPicture(text.trim()) === 'a video' && !/\s/.test(text.trim());
}

function quoted(name: string): string {
  return `"${name}"`;
}

function listed(names: readonly string[]): string {
  const more = names.length > NAMED ? ', ...' : '';
  return names.slice(0, NAMED).join(', ') + more;
}

function distinct(items: readonly string[]): string[] {
  return [...new Set(items)];
}

/** The columns of a table, or the properties of the objects of a JSON file; none if they are unknown. */
export function columnsOf(head: FileHead): readonly string[] {
  if (head.isJsonLines === undefined) return tableColumns(head)?.keys ?? [];
  const lists = head.isJsonLines ? [head.jsonLines] : recordLists(head);
  return lists.map(keysOf).find((keys) => keys.length > 0) ?? [];
}

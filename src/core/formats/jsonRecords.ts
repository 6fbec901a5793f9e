import type { CaptionFile, FormatRow } from './captionFormat.ts';
import { invalidJson } from './jsonDocument.ts';
import { JsonReader, type JsonListener, type JsonPlace, type JsonScalar } from './jsonReader.ts';
import { type JsonNode, NAMED_LEVELS, TreeBuilder } from './jsonTree.ts';
import { sentence } from '../text/sentence.ts';

/** A record of a JSON document. */
export interface JsonRecord {
  /** The property of the document that contains it; empty if the document is the list or map itself. */
  readonly section: string;
  /** Its name in a map; empty in a list. */
  readonly name: string;
  readonly node: JsonNode;
}

/**
 * Records of a document: the items of the outermost list, or of the lists directly in the outermost object (`items`); or
 * the properties of the outermost object, and of objects directly in it (`entries`).
 */
export type RecordPlace = 'items' | 'entries';

/**
 * The rows of a JSON document, record by record: only one record is in memory besides the rows. Like in trainers, a
 * document with a syntax error has no rows.
 * @param isEntry whether the name of an object in a map is that of an entry; else the object is a map of entries.
 */
export async function* readJsonRecords(
  file: CaptionFile,
  place: RecordPlace,
  rowsOf: (record: JsonRecord) => Iterable<FormatRow>,
  isEntry: (name: string) => boolean = () => false,
): AsyncGenerator<FormatRow> {
  const rows: FormatRow[] = [];
  const reader = new JsonReader(
    new Records(place, isEntry, (record) => {
      for (const row of rowsOf(record)) rows.push(row);
    }),
    NAMED_LEVELS,
  );
  let flaw;
  for await (const chunk of file.chunks()) {
    flaw = reader.write(chunk);
    if (flaw !== undefined) break;
  }
  flaw ??= reader.end();
  if (flaw !== undefined) yield invalidJson(file.name, flaw);
  else yield* rows;
}

/** The problem of a record that names neither an image nor a caption. */
export function entryWithoutNames(file: string, { range }: JsonNode): FormatRow {
  return {
    kind: 'problem',
    code: 'unreadable-caption',
    message: sentence('Line {0} of {1} names no image and no caption.', range.line + 1, file),
    remedy: sentence('Correct the entry; the others are read without it.'),
    range,
  };
}

class Records implements JsonListener {
  readonly #place: RecordPlace;
  readonly #isEntry: (name: string) => boolean;
  readonly #onRecord: (record: JsonRecord) => void;
  /** Kinds of the open containers of the two outer levels. */
  readonly #outer: ('object' | 'array')[] = [];
  /** The last names on the two outer levels. */
  readonly #names = ['', '', ''];
  #tree: TreeBuilder | undefined;
  #level = 0;

  constructor(
    place: RecordPlace,
    isEntry: (name: string) => boolean,
    onRecord: (record: JsonRecord) => void,
  ) {
    this.#place = place;
    this.#isEntry = isEntry;
    this.#onRecord = onRecord;
  }

  wants(level: number): boolean {
    return this.#tree?.wants(level) ?? this.#isRecord(level);
  }

  onBegin(kind: 'object' | 'array', level: number, place: JsonPlace): void {
    if (this.#tree === undefined) {
      if (!this.#isRecord(level) || this.#mayHoldRecords(kind, level)) {
        this.#outer[level] = kind;
        return;
      }
      this.#begin(level);
    }
    this.#tree?.begin(kind, level, place);
  }

  onEnd(level: number): void {
    if (this.#tree === undefined) return;
    this.#tree.end(level);
    if (level === this.#level) this.#finish();
  }

  onName(name: string, level: number): void {
    if (this.#tree === undefined) {
      if (level < this.#names.length) this.#names[level] = name;
    } else this.#tree.name(name);
  }

  onScalar(value: JsonScalar, level: number, place: JsonPlace, length: number): void {
    const alone = this.#tree === undefined;
    if (alone) this.#begin(level);
    this.#tree?.scalar(value, place, length);
    if (alone) this.#finish();
  }

  /** Whether the values at this level are records. */
  #isRecord(level: number): boolean {
    const [root, section] = this.#outer;
    if (this.#place === 'items') {
      return root === 'array' ? level === 1 : level === 2 && section === 'array';
    }
    return root === 'object' && (level === 1 || (level === 2 && section === 'object'));
  }

  /** Whether a value is a map of entries rather than an entry: by its name, which for an entry is that of an image. */
  #mayHoldRecords(kind: 'object' | 'array', level: number): boolean {
    if (this.#place !== 'entries' || level !== 1 || kind !== 'object') return false;
    return !this.#isEntry(this.#names[1] ?? '');
  }

  #begin(level: number): void {
    this.#tree = new TreeBuilder(level);
    this.#level = level;
  }

  #finish(): void {
    const node = this.#tree?.root;
    this.#tree = undefined;
    if (node === undefined) return;
    const inSection = this.#level === 2;
    this.#onRecord({
      section: inSection ? (this.#names[1] ?? '') : '',
      name: this.#place === 'items' ? '' : (this.#names[this.#level] ?? ''),
      node,
    });
  }
}

import { type CaptionFile, HEAD_CHARACTERS } from './captionFormat.ts';
import type { ImageNames } from './columnNames.ts';
import { type JsonFields, type JsonNode, readJsonHead, readJsonTree } from './jsonTree.ts';

/** Lines of a JSONL file used for detection; the first one may be broken. */
const LINES_READ = 50;

/** The beginning of a caption file, for format detection. */
export class FileHead {
  /** File name without folder. */
  readonly name: string;
  /** Its first characters, `HEAD_CHARACTERS` at most; may end in the middle of a row. */
  readonly text: string;
  /** The images of its folder, if known. */
  readonly images: ImageNames | undefined;
  #json: { readonly root: JsonNode | undefined } | undefined;
  #lines: readonly JsonFields[] | undefined;

  constructor(name: string, text: string, images?: ImageNames) {
    this.name = name;
    this.text = text;
    this.images = images;
  }

  /** The JSON value at its beginning, possibly incomplete. */
  get json(): JsonNode | undefined {
    this.#json ??= { root: /^\s*[[{]/.test(this.text) ? readJsonHead(this.text) : undefined };
    return this.#json.root;
  }

  /**
   * Whether it has one JSON object per line, regardless of its extension, because scripts use both. Undefined for a file
   * without a JSON extension.
   */
  get isJsonLines(): boolean | undefined {
    // The file system reads a parquet file as JSON Lines.
    if (/\.parquet$/i.test(this.name)) return true;
    if (!/\.(?:json|jsonl|ndjson|jsonlines)$/i.test(this.name)) return undefined;
    return holdsJsonLines(this.name, this.text);
  }

  /** The objects of its first lines. */
  get jsonLines(): readonly JsonFields[] {
    this.#lines ??= this.text.split('\n', LINES_READ).flatMap((line) => {
      if (!line.trimStart().startsWith('{')) return [];
      const { root, flaw } = readJsonTree(line);
      return flaw === undefined && root?.fields !== undefined ? [root.fields] : [];
    });
    // The first line may be longer than the head.
    const begun =
      this.#lines.length === 0 && !this.text.includes('\n') ? this.json?.fields : undefined;
    return begun === undefined ? this.#lines : [begun];
  }
}

/** @param head the beginning of a JSON file. */
export function holdsJsonLines(name: string, head: string): boolean {
  const start = head.trimStart();
  if (!/\.json$/i.test(name)) return !/^\[\s*[{\]]/.test(start);
  // Two complete objects in two lines: in a document a comma would follow the first.
  const [first = '', second = ''] = start.split('\n', 2);
  return (
    /^\{.*\}\s*$/.test(first) && second.startsWith('{') && readJsonTree(first).flaw === undefined
  );
}

/** The head of a file, and a file that still yields the whole text. */
export async function readHead(
  file: CaptionFile,
): Promise<{ readonly head: string; readonly chunks: () => AsyncGenerator<string> }> {
  const chunks = file.chunks()[Symbol.asyncIterator]();
  const read: string[] = [];
  let head = '';
  while (head.length < HEAD_CHARACTERS) {
    const next = await chunks.next();
    if (next.done === true) break;
    read.push(next.value);
    head += next.value.slice(0, HEAD_CHARACTERS - head.length);
  }
  return {
    head,
    async *chunks() {
      yield* read;
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
        yield next.value;
      }
    },
  };
}

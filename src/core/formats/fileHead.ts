import { type CaptionFile, HEAD_CHARACTERS } from './captionFormat.ts';
import type { ImageNames } from './columnNames.ts';
import { type JsonFields, type JsonNode, readJsonHead, readJsonTree } from './jsonTree.ts';

/** Lines of a JSONL file that are looked at to recognise it: not the first alone, it may be the broken one. */
const LINES_READ = 50;

/** The beginning of a caption file, to recognise its format by. */
export class FileHead {
  /** The file's own name. */
  readonly name: string;
  /** Its first characters, `HEAD_CHARACTERS` at most; may end in the middle of a row. */
  readonly text: string;
  /** The images around it, where they are known. */
  readonly images: ImageNames | undefined;
  #json: { readonly root: JsonNode | undefined } | undefined;
  #lines: readonly JsonFields[] | undefined;

  constructor(name: string, text: string, images?: ImageNames) {
    this.name = name;
    this.text = text;
    this.images = images;
  }

  /** The JSON value it begins with, as far as it goes. */
  get json(): JsonNode | undefined {
    this.#json ??= { root: /^\s*[[{]/.test(this.text) ? readJsonHead(this.text) : undefined };
    return this.#json.root;
  }

  /**
   * Whether it holds one JSON object a line, whatever its extension says: scripts write both ways under both names.
   * Undefined for a file that is no JSON by its name.
   */
  get isJsonLines(): boolean | undefined {
    if (!/\.(?:json|jsonl|ndjson)$/i.test(this.name)) return undefined;
    return holdsJsonLines(this.name, this.text);
  }

  /** The objects of its first lines. */
  get jsonLines(): readonly JsonFields[] {
    this.#lines ??= this.text.split('\n', LINES_READ).flatMap((line) => {
      if (!line.trimStart().startsWith('{')) return [];
      const { root, flaw } = readJsonTree(line);
      return flaw === undefined && root?.fields !== undefined ? [root.fields] : [];
    });
    // A first line longer than the head is known as far as it goes.
    const begun =
      this.#lines.length === 0 && !this.text.includes('\n') ? this.json?.fields : undefined;
    return begun === undefined ? this.#lines : [begun];
  }
}

/** @param head the beginning of a JSON file. */
export function holdsJsonLines(name: string, head: string): boolean {
  const start = head.trimStart();
  if (!/\.json$/i.test(name)) return !/^\[\s*[{\]]/.test(start);
  // Two whole objects in two lines: in a document the first would be followed by a comma.
  const [first = '', second = ''] = start.split('\n', 2);
  return (
    /^\{.*\}\s*$/.test(first) && second.startsWith('{') && readJsonTree(first).flaw === undefined
  );
}

/** The beginning of a file, and the whole of it to be read after that. */
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

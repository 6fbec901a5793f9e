import type { FileSystem } from '../../core/ports.ts';

/**
 * The texts of the caption files that are open in the editor, by absolute path, and a file system in which they stand
 * in the place of what the disk holds: until it is closed, an open document's text wins.
 */
export class OpenDocuments {
  readonly #texts = new Map<string, string>();
  readonly files: FileSystem;

  constructor(disk: FileSystem) {
    const encoder = new TextEncoder();
    const bytesOf = (path: string): Uint8Array | undefined => {
      const text = this.#texts.get(path);
      return text === undefined ? undefined : encoder.encode(text);
    };
    this.files = {
      stat: (path) => disk.stat(path),
      exists: async (path) => this.#texts.has(path) || (await disk.exists(path)),
      walk: (path, options) => disk.walk(path, options),
      read: async (path, options) => bytesOf(path) ?? (await disk.read(path, options)),
      stream: (path, options) => {
        const bytes = bytesOf(path);
        return bytes === undefined ? disk.stream(path, options) : once(bytes);
      },
      outsideTarget: (path, folder) => disk.outsideTarget(path, folder),
      update: (path, folder, change, options) => disk.update(path, folder, change, options),
    };
  }

  get(path: string): string | undefined {
    return this.#texts.get(path);
  }

  /** @param text undefined where the document was closed. */
  set(path: string, text: string | undefined): void {
    if (text === undefined) this.#texts.delete(path);
    else this.#texts.set(path, text);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  if (bytes.length > 0) yield bytes;
}

import { extensionOf } from '../../core/dataset/fileKinds.ts';
import { PairLensError } from '../../core/errors.ts';
import { TEXT_EXTENSIONS } from '../../core/formats/captionFiles.ts';
import type { FileSystem } from '../../core/ports.ts';
import { decodedFile } from '../../core/text/decodeText.ts';
import { TextStream } from '../../core/text/textStream.ts';
import type { CaptionFileUpdater } from './captionUpdates.ts';

interface Checked {
  /** Size and modification time of the checked file. */
  readonly signature: string;
  readonly decodable: boolean;
}

/**
 * Texts of files that are open in the editor, by absolute path. An open document replaces the content of its file while
 * it is open. Which files exist and whether they can be decoded is decided by the disk.
 */
export class DocumentOverlay {
  readonly #texts = new Map<string, string>();
  readonly #checked = new Map<string, Checked>();
  readonly #disk: FileSystem;

  constructor(disk: FileSystem) {
    this.#disk = disk;
  }

  paths(): Iterable<string> {
    return this.#texts.keys();
  }

  /** @param text undefined if the document was closed. */
  set(path: string, text: string | undefined): void {
    if (text !== undefined && TEXT_EXTENSIONS.includes(extensionOf(path))) {
      this.#texts.set(path, text);
    } else {
      this.#texts.delete(path);
      this.#checked.delete(path);
    }
  }

  isOpen(path: string): boolean {
    return this.#texts.has(path);
  }

  /** The file was written: its encoding must be checked again. */
  written(path: string): void {
    this.#checked.delete(path);
  }

  /** The text of the open document; undefined if the file on disk applies. */
  async textOf(path: string): Promise<string | undefined> {
    if (!this.#texts.has(path) || !(await this.#isText(path))) return undefined;
    return this.#texts.get(path);
  }

  /** Whether the file exists and can be decoded; otherwise the editor's text may contain replacement characters. */
  async #isText(path: string): Promise<boolean> {
    try {
      const { kind, bytes, modified } = await this.#disk.stat(path);
      if (kind !== 'file') return false;
      const signature = `${bytes} ${modified}`;
      const known = this.#checked.get(path);
      if (known?.signature === signature) return known.decodable;
      const stream = new TextStream(this.#disk.stream(path));
      for await (const chunk of stream.chunks()) if (chunk !== '' && stream.damage) break;
      const decodable = stream.damage === undefined;
      this.#checked.set(path, { signature, decodable });
      return decodable;
    } catch (error) {
      if (PairLensError.is(error, 'unreadable-file')) return false;
      throw error;
    }
  }
}

/** A file system in which one file has another text. */
export function withText(disk: FileSystem, file: string, text: string): FileSystem {
  const bytes = new TextEncoder().encode(text);
  return {
    stat: (path) => disk.stat(path),
    exists: async (path) => path === file || (await disk.exists(path)),
    walk: (path, options) => disk.walk(path, options),
    read: async (path, options) => (path === file ? bytes : await disk.read(path, options)),
    stream: (path, options) => (path === file ? once(bytes) : disk.stream(path, options)),
    open: (path) => disk.open(path),
    outsideTarget: (path, folder) => disk.outsideTarget(path, folder),
    update: (path, folder, change, options) => disk.update(path, folder, change, options),
    move: (from, to, folder) => disk.move(from, to, folder),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  if (bytes.length > 0) yield bytes;
}

/** The current text of a caption file: the open document's, else that on disk. @throws PairLensError. */
export async function currentText(
  { documents, disk }: CaptionFileUpdater,
  path: string,
): Promise<string> {
  return (await documents.textOf(path)) ?? decodedFile(path, await disk.read(path)).text;
}

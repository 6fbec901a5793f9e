import path from 'node:path';
import { URI } from 'vscode-uri';

/** Converts paths and URIs. Open documents keep the client's spelling, because clients escape differently. */
export class Uris {
  readonly #spelt = new Map<string, string>();

  /** The absolute path of a `file:` URI; undefined for other schemes. */
  toPath(uri: string): string | undefined {
    try {
      const parsed = URI.parse(uri, true);
      return parsed.scheme === 'file' ? path.normalize(parsed.fsPath) : undefined;
    } catch {
      return undefined;
    }
  }

  toUri(file: string): string {
    return this.#spelt.get(file) ?? URI.file(file).toString();
  }

  /** Records the client's spelling of a file's URI. */
  remember(file: string, uri: string): void {
    this.#spelt.set(file, uri);
  }

  forget(file: string): void {
    this.#spelt.delete(file);
  }
}

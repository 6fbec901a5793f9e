import path from 'node:path';
import { URI } from 'vscode-uri';

/** Paths as URIs and back. A document that is open keeps the spelling its client gave it: clients escape differently. */
export class Uris {
  readonly #spelt = new Map<string, string>();

  /** The absolute path of a `file:` URI; undefined for every other kind. */
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

  /** The client calls this file so from now on. */
  remember(file: string, uri: string): void {
    this.#spelt.set(file, uri);
  }

  forget(file: string): void {
    this.#spelt.delete(file);
  }
}

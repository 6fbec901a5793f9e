import path from 'node:path';
import { URI } from 'vscode-uri';
import { isArchived } from '../core/dataset/archivePaths.ts';
import { MEMBER_SCHEME } from '../protocol/serverApi.ts';

/**
 * Converts paths and URIs. Files inside archives have a scheme of their own where the client opens it, as parquet files have,
 * which are shown as the text of their rows.
 * Open documents keep the client's spelling, because clients escape differently.
 */
export class Uris {
  readonly #spelt = new Map<string, string>();
  readonly #opensMembers: boolean;

  constructor(opensMembers: boolean) {
    this.#opensMembers = opensMembers;
  }

  /** The absolute path of a `file:` URI or of a file inside an archive; undefined for other schemes. */
  toPath(uri: string): string | undefined {
    try {
      const parsed = URI.parse(uri, true);
      if (parsed.scheme !== 'file' && parsed.scheme !== MEMBER_SCHEME) return undefined;
      return path.normalize(parsed.with({ scheme: 'file' }).fsPath);
    } catch {
      return undefined;
    }
  }

  toUri(file: string): string {
    const spelt = this.#spelt.get(file);
    if (spelt !== undefined) return spelt;
    const uri = URI.file(file);
    return (
      this.#opensMembers && isArchived(file) ? uri.with({ scheme: MEMBER_SCHEME }) : uri
    ).toString();
  }

  /** Records the client's spelling of a file's URI. */
  remember(file: string, uri: string): void {
    this.#spelt.set(file, uri);
  }

  forget(file: string): void {
    this.#spelt.delete(file);
  }
}

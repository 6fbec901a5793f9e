import type { Thumbnail } from '../../src/protocol/shapes.ts';
import type { RpcClient } from './rpcClient.ts';

const KEPT = 400;
const AT_ONCE = 6;

/** Cache of thumbnails by URI and size. Loads a few at a time, the latest request first. */
export class Thumbnails {
  readonly #rpc: Pick<RpcClient, 'call'>;
  readonly #known = new Map<string, Promise<Thumbnail | null>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #generation = 0;

  constructor(rpc: Pick<RpcClient, 'call'>) {
    this.#rpc = rpc;
  }

  /** Null if the image cannot be read. @param size longest side in pixels. */
  get(uri: string, size: number): Promise<Thumbnail | null> {
    const key = `${size} ${uri}`;
    const known = this.#known.get(key);
    if (known !== undefined) {
      this.#known.delete(key);
      this.#known.set(key, known);
      return known;
    }
    const asked = this.#ask(uri, size).catch(() => {
      // Shown as a placeholder; requested again when it is next displayed.
      this.#known.delete(key);
      return null;
    });
    this.#known.set(key, asked);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KEPT) break;
      this.#known.delete(oldest);
    }
    return asked;
  }

  /** Increases when cached thumbnails may be outdated. */
  get generation(): number {
    return this.#generation;
  }

  /** Drops the thumbnails of `uris`, or all if `uris` is empty. */
  forget(uris: readonly string[]): void {
    const gone = new Set(uris);
    let any = false;
    for (const key of this.#known.keys()) {
      if (uris.length > 0 && !gone.has(key.slice(key.indexOf(' ') + 1))) continue;
      this.#known.delete(key);
      any = true;
    }
    if (any) this.#generation++;
  }

  async #ask(uri: string, size: number): Promise<Thumbnail | null> {
    if (this.#running >= AT_ONCE) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
    try {
      return await this.#rpc.call('thumbnail', { uri, size });
    } finally {
      this.#running--;
      this.#waiting.pop()?.();
    }
  }
}

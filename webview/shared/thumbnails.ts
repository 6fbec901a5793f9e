import type { Thumbnail } from '../../src/protocol/shapes.ts';
import type { RpcClient } from './rpcClient.ts';

const KEPT = 400;
const AT_ONCE = 6;

/** Thumbnails by URI and size: each asked for once, a few at a time, the newest request first, the least used dropped. */
export class Thumbnails {
  readonly #rpc: Pick<RpcClient, 'call'>;
  readonly #known = new Map<string, Promise<Thumbnail | null>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #generation = 0;

  constructor(rpc: Pick<RpcClient, 'call'>) {
    this.#rpc = rpc;
  }

  /** Null where the image cannot be read. `size` is the longest side in pixels. */
  get(uri: string, size: number): Promise<Thumbnail | null> {
    const key = `${size} ${uri}`;
    const known = this.#known.get(key);
    if (known !== undefined) {
      this.#known.delete(key);
      this.#known.set(key, known);
      return known;
    }
    const asked = this.#ask(uri, size).catch(() => {
      // An image that cannot be had shows as a placeholder; it is asked for again when it is next shown.
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

  /** Grows whenever kept thumbnails may be out of date. */
  get generation(): number {
    return this.#generation;
  }

  /** Forgets those of `uris`; all of them where `uris` is empty. */
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

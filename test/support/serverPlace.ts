import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach } from 'node:test';
import { workplace, type Workplace } from './datasets.ts';
import { LspClient, uriOf, type ClientOptions } from './lspClient.ts';

/** An empty folder and a cache for each test of a suite, and clients that are stopped after it. */
export class ServerPlace {
  #place: Workplace | undefined;
  readonly #clients: LspClient[] = [];

  /** Call it in `describe`, before the suite's own hooks: `folder` is there in them. */
  constructor() {
    beforeEach(async () => {
      this.#place = await workplace();
      await mkdir(this.folder);
    });
    afterEach(async () => {
      for (const client of this.#clients.splice(0)) await client.stop();
      await this.#place?.remove();
    });
  }

  get folder(): string {
    return this.#there.folder;
  }

  get cache(): string {
    return this.#there.cache;
  }

  readonly file = (name: string): string => path.join(this.folder, name);

  readonly start = async (options: Partial<ClientOptions> = {}): Promise<LspClient> => {
    const client = await LspClient.start({
      folders: [this.folder],
      cache: this.cache,
      ...options,
    });
    this.#clients.push(client);
    return client;
  };

  /** The test itself ends this one's process. */
  readonly leave = (client: LspClient): void => {
    this.#clients.splice(this.#clients.indexOf(client), 1);
  };

  readonly captionOf = async (client: LspClient, image: string): Promise<string | undefined> => {
    const { items } = await client.request('pairsOfImage', { uri: uriOf(this.file(image)) });
    return items[0]?.caption;
  };

  get #there(): Workplace {
    if (this.#place === undefined) throw new Error('The place is there inside tests and hooks.');
    return this.#place;
  }
}

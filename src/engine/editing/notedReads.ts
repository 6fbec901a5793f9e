import type { FileStat, FileSystem } from '../../core/ports.ts';

/** Notes the size and time of each file when it is read, so that a later change of it is noticed. */
export class NotedReads {
  readonly files: FileSystem;
  readonly #disk: FileSystem;
  readonly #seen = new Map<string, FileStat>();

  constructor(disk: FileSystem) {
    this.#disk = disk;
    const note = async (path: string): Promise<void> => {
      // Before reading: a write during the read changes the time, too.
      if (!this.#seen.has(path)) this.#seen.set(path, await disk.stat(path));
    };
    this.files = {
      ...disk,
      read: async (path, options) => {
        await note(path);
        return disk.read(path, options);
      },
      async *stream(path, options) {
        await note(path);
        yield* disk.stream(path, options);
      },
    };
  }

  /** The bytes of a file as it was first read; undefined if it has changed since. @throws PairLensError. */
  async unchanged(path: string): Promise<Uint8Array | undefined> {
    const seen = this.#seen.get(path);
    const bytes = await this.#disk.read(path);
    const now = await this.#disk.stat(path);
    return seen === undefined || (seen.bytes === now.bytes && seen.modified === now.modified)
      ? bytes
      : undefined;
  }
}

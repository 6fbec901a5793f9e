import { PairLensError } from '../core/errors.ts';
import type { FileStat, FileSystem, OpenFile } from '../core/ports.ts';
import { sentence } from '../core/text/sentence.ts';

/** Time without a use after which a file is closed: Windows does not let others replace an open file. */
const IDLE_MS = 1000;

interface Handle {
  readonly file: Promise<OpenFile>;
  readonly of: FileStat;
  users: number;
  timer?: ReturnType<typeof setTimeout>;
}

/** Files that stay open between reads in quick succession. */
export class OpenHandles {
  readonly #files: Pick<FileSystem, 'open'>;
  readonly #open = new Map<string, Handle>();

  constructor(files: Pick<FileSystem, 'open'>) {
    this.#files = files;
  }

  /**
   * Passes the file, opened, to `use`.
   * @param of size and time that it must have
   * @throws PairLensError `unreadable-file`, also if the file was replaced meanwhile.
   */
  async use<T>(path: string, of: FileStat, use: (file: OpenFile) => Promise<T>): Promise<T> {
    const handle = this.#handle(path, of);
    handle.users++;
    clearTimeout(handle.timer);
    try {
      const file = await handle.file;
      if (!isSameFile(file, of)) throw changedMeanwhile(path);
      return await use(file);
    } catch (error) {
      this.#forget(path, handle);
      throw error;
    } finally {
      handle.users--;
      this.#release(path, handle);
    }
  }

  #handle(path: string, of: FileStat): Handle {
    const known = this.#open.get(path);
    if (known !== undefined && isSameFile(known.of, of)) return known;
    if (known !== undefined) {
      this.#forget(path, known);
      this.#release(path, known);
    }
    const file = this.#files.open(path);
    const handle: Handle = { file, of, users: 0 };
    this.#open.set(path, handle);
    return handle;
  }

  #forget(path: string, handle: Handle): void {
    if (this.#open.get(path) === handle) this.#open.delete(path);
  }

  /** Closes a file that nobody uses: at once if it is outdated, else when it is idle. */
  #release(path: string, handle: Handle): void {
    if (handle.users > 0) return;
    if (this.#open.get(path) !== handle) {
      close(handle);
      return;
    }
    clearTimeout(handle.timer);
    handle.timer = setTimeout(() => {
      this.#forget(path, handle);
      close(handle);
    }, IDLE_MS);
    handle.timer.unref();
  }
}

function close({ file, timer }: Handle): void {
  clearTimeout(timer);
  file
    .then((opened) => opened.close())
    // It was not opened, which its user was told, or is closed already.
    .catch(() => undefined);
}

/** Whether a file is unchanged, by size and modification time. */
export function isSameFile(
  a: Pick<FileStat, 'bytes' | 'modified'>,
  b: Pick<FileStat, 'bytes' | 'modified'>,
): boolean {
  return a.bytes === b.bytes && a.modified === b.modified;
}

function changedMeanwhile(path: string): PairLensError {
  return new PairLensError(
    'unreadable-file',
    sentence('{0} was changed while it was read.', path),
    {
      path,
      remedy: sentence('Audit the folder again.'),
    },
  );
}

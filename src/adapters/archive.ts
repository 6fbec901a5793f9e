import type { CancelSignal } from '../core/cancellation.ts';
import { PairLensError } from '../core/errors.ts';
import type { ArchiveFlaw, OpenFile } from '../core/ports.ts';
import { type Sentence, sentence } from '../core/text/sentence.ts';

/** An archive whose members are read as files of a folder. */
export interface Archive {
  /** In the order of the archive. */
  readonly members: Iterable<string>;
  /** Number of entries in memory. */
  readonly size: number;
  /** Whether the archive itself is a caption file or belongs to no dataset, so that it is listed, too. */
  readonly isListed: boolean;
  readonly flaws: readonly Omit<ArchiveFlaw, 'path'>[];
  /** Length of a member, or an estimate of it; undefined if there is no such member. */
  bytesOf(member: string): number | undefined;
  /** @throws PairLensError `unreadable-file`. */
  read(member: string, file: OpenFile): Promise<Uint8Array>;
  /** The text that the archive itself is read as, instead of its bytes. */
  text?(file: OpenFile): AsyncIterable<Uint8Array>;
}

/**
 * Reads the index of an archive.
 * @param path for messages
 * @throws PairLensError `unreadable-file`, `cancelled`.
 */
export type OpenArchive = (path: string, file: OpenFile, signal?: CancelSignal) => Promise<Archive>;

/** What to do about an archive with other bytes than it was written with. */
export const COPY_AGAIN = sentence('Copy or download the archive again.');

/** An archive that cannot be read as one. */
export class DamagedArchive extends PairLensError {
  /** Phrase after the name of the archive. */
  readonly what: Sentence;

  constructor(path: string, what: Sentence, cause: unknown, remedy = COPY_AGAIN) {
    super('unreadable-file', sentence('{0} {1}.', path, what), {
      path,
      remedy,
      cause,
    });
    this.what = what;
  }
}

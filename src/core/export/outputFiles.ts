/** How a file becomes another name of one that is there. */
export type LinkKind = 'hardlink' | 'symlink';

/** Port for output files: reports, pair lists, exported embeddings. */
export interface OutputFiles {
  /**
   * Checks that `path` can be written, without changing it; to be called before hours of work.
   * @throws PairLensError `write-failed`.
   */
  assertWritable(path: string): Promise<void>;
  /**
   * Creates the folder and its parents, and checks that files can be written to it.
   * @throws PairLensError `write-failed`.
   */
  prepareFolder(path: string): Promise<void>;
  /**
   * Writes the chunks, text as UTF-8. A regular file is replaced atomically after everything is written; a device or a
   * pipe is written to directly.
   * @throws PairLensError `write-failed`.
   */
  write(
    path: string,
    chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  ): Promise<void>;
  /**
   * Makes `path` another name of the file `target`, both absolute; there must be nothing at `path`.
   * @throws PairLensError `write-failed`.
   */
  link(target: string, path: string, kind: LinkKind): Promise<void>;
}

/** Port for the files a person asked for: reports, pair lists, exported embeddings. */
export interface OutputFiles {
  /**
   * Finds out before hours of work whether `path` can be written, without changing what is there.
   * @throws PairLensError `write-failed`, with a remedy.
   */
  assertWritable(path: string): Promise<void>;
  /**
   * Makes the folder and its parents, and finds out whether files can be written to it.
   * @throws PairLensError `write-failed`, with a remedy.
   */
  prepareFolder(path: string): Promise<void>;
  /**
   * Writes the chunks, text as UTF-8. A regular file is replaced in one step when everything is written, so that
   * a reader never finds half of it; a device or a pipe is written to as it stands.
   * @throws PairLensError `write-failed`, with a remedy.
   */
  write(
    path: string,
    chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  ): Promise<void>;
}

/**
 * Limits for caption files. Larger parts become a finding with the limit; the other parts are read. `docs/formats.md`
 * lists the same values.
 */
export const LIMITS = {
  /**
   * Characters of one line or CSV record. The longest of real datasets have about ten thousand (lists of captions, tags);
   * with this limit, reading a row takes less than 100 MB.
   */
  rowCharacters: 16 * 1024 * 1024,
  /** Characters of one caption: a whole book. Text encoders use some hundred words. */
  captionCharacters: 2 * 1024 * 1024,
  /** Characters of an image name: the longest path of Linux. */
  nameCharacters: 4096,
  /** Fields of one CSV record: the widest real tables have some hundred. */
  csvFields: 10_000,
  /** Nesting depth of JSON; each level takes memory. Real caption files have four. */
  jsonDepth: 1_000_000,
  /** Rows of one file: a pair takes about half a kilobyte before encoding. */
  rowsPerFile: 5_000_000,
  /** Captions of one image in one file, which are compared with each other. Real datasets have five, a few some dozens. */
  captionsPerImage: 1000,
  /** Findings about single rows of one file; more are only counted, so that a report fits in memory. */
  problemsPerFile: 10_000,
} as const;

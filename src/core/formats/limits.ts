/**
 * How much is read of a caption file. Whatever is larger becomes a finding that names the limit; what stands beside it is
 * read. One place, so that every reader and `docs/formats.md` say the same.
 */
export const LIMITS = {
  /**
   * Characters of one line or CSV record. The longest of real sets have some ten thousand (lists of captions, tags); with
   * this many, a row and its parts take less than 100 MB while they are read.
   */
  rowCharacters: 16 * 1024 * 1024,
  /** Characters of one caption: a whole book. Text encoders read some hundred words. */
  captionCharacters: 2 * 1024 * 1024,
  /** Characters of the name of an image: the longest path that Linux opens. */
  nameCharacters: 4096,
  /** Fields of one CSV record: the widest of real tables have some hundred. */
  csvFields: 10_000,
  /** JSON lists and objects in each other: each open one takes memory. Real caption files have four. */
  jsonDepth: 1_000_000,
  /** Rows of one file: a pair takes about half a kilobyte before anything is encoded. */
  rowsPerFile: 5_000_000,
  /** Captions of one image in one file; they are compared with each other. Real sets have five, a few some dozens. */
  captionsPerImage: 1000,
  /** Findings about single rows of one file; more are counted. Nobody reads them, and a report must fit in memory. */
  problemsPerFile: 10_000,
} as const;

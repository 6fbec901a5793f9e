/**
 * How many bytes of one file are read into memory at once. A larger file is no image and no caption that a trainer
 * reads, but a mistake or a trap: it is refused, by name and size, before a byte of it is read.
 */

/**
 * Where nothing else is said. Photos of 100 megapixels come to some 300 MB as 16-bit TIFF, and several are read at the
 * same time.
 */
export const DEFAULT_READ_BYTES = 512 * 2 ** 20;

/** A file with the captions of one image. The longest that people write are some kilobytes. */
export const SIDECAR_BYTES = 16 * 2 ** 20;

/** `.pairlens/decisions.jsonl`: some 200 bytes a decision, so that 300,000 fit. */
export const DECISIONS_BYTES = 64 * 2 ** 20;

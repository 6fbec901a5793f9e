/**
 * Limits for reading a whole file into memory. A larger file is not an image or caption of a training set, but a mistake
 * or an attack: it is rejected before reading, with its name and size in the message.
 */

/**
 * Default. Photos of 100 megapixels have about 300 MB as 16-bit TIFF, and several are read concurrently.
 */
export const DEFAULT_READ_BYTES = 512 * 2 ** 20;

/** A file with the captions of one image, usually at most some kilobytes. */
export const SIDECAR_BYTES = 16 * 2 ** 20;

/** `.pairlens/decisions.jsonl`: 300,000 decisions of about 200 bytes. */
export const DECISIONS_BYTES = 64 * 2 ** 20;

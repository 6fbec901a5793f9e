import { PairLensError } from '../errors.ts';
import { type Sentence, sentence } from '../text/sentence.ts';
import { fileToOpen, isArchived } from './archivePaths.ts';
import { extensionOf, IMAGE_EXTENSIONS } from './fileKinds.ts';

/*
 * Captions that are shown and judged, and never edited. This is the only place that decides it; whatever edits captions
 * asks here.
 */

export const READ_ONLY_REASONS = ['archive', 'file-name'] as const;

/** `archive`: the caption is in a tar or parquet file. `file-name`: it is the name of its image. */
export type ReadOnlyReason = (typeof READ_ONLY_REASONS)[number];

/** Numbers of captions or findings that stay as they are, by reason. */
export type ReadOnlyCounts = Record<ReadOnlyReason, number>;

export function noneReadOnly(): ReadOnlyCounts {
  return { archive: 0, 'file-name': 0 };
}

/**
 * Why a caption is not edited; undefined if it is. The file decides, whatever format read it: text never goes into an
 * archive or an image.
 * @param captionFile `source.file` of a pair, absolute or relative
 */
export function readOnlyReason(captionFile: string): ReadOnlyReason | undefined {
  if (isArchived(captionFile)) return 'archive';
  return IMAGE_EXTENSIONS.has(extensionOf(captionFile)) ? 'file-name' : undefined;
}

/** What a reason says to a user, and what to do instead. */
const WORDS: Readonly<
  Record<ReadOnlyReason, readonly [(path: string) => Sentence, remedy: Sentence]>
> = {
  archive: [
    (path) => sentence('{0} is inside an archive, which PairLens does not change.', path),
    sentence('Mark the pair as verified, ignore it, or unpack the archive and edit the files.'),
  ],
  'file-name': [
    (path) => sentence('The caption of {0} is the name of the file.', path),
    sentence('Rename the file to change its caption.'),
  ],
};

/** The error for a change of a caption that is read-only. @param path absolute */
export function readOnlyWrite(path: string, reason: ReadOnlyReason): PairLensError {
  const [message, remedy] = WORDS[reason];
  return new PairLensError('write-failed', message(path), { path: fileToOpen(path), remedy });
}

/** What to do in place of an edit. */
export function readOnlyRemedy(reason: ReadOnlyReason): Sentence {
  return WORDS[reason][1];
}

/** @throws PairLensError `write-failed` for the caption file of a caption that is not edited. */
export function refuseReadOnly(captionFile: string): void {
  const reason = readOnlyReason(captionFile);
  if (reason !== undefined) throw readOnlyWrite(captionFile, reason);
}

/**
 * Why the fixes of a finding are not offered; undefined if they are.
 * @param file of the finding: an image without a caption can get one beside it, unless it is in an archive
 * @param captionFiles of its pairs
 */
export function readOnlyFinding(
  file: string,
  captionFiles: readonly string[],
): ReadOnlyReason | undefined {
  for (const each of captionFiles) {
    const reason = readOnlyReason(each);
    if (reason !== undefined) return reason;
  }
  return isArchived(file) ? 'archive' : undefined;
}

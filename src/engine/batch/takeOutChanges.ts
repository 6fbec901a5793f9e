import type { Finding } from '../../core/audit/finding.ts';
import { toAbsolute, toAbsoluteFrom } from '../../core/dataset/paths.ts';
import type { AuditedDataset } from '../audit/datasetAudit.ts';
import { changedMeanwhile } from '../editing/editor.ts';
import { creation, editChange, type FileChange, fileIn } from '../editing/fileChange.ts';
import type { NotedReads } from '../editing/notedReads.ts';
import type { TakenOut } from '../editing/takeOut.ts';

/**
 * Images taken out of their dataset, as the changes of a run.
 * @param folder that was opened; nothing outside of it is changed
 * @throws PairLensError `write-failed` if a file was changed since it was read; `unreadable-file`.
 */
export async function takeOutChanges(
  folder: string,
  { moves, edits, creations }: TakenOut,
  reads: NotedReads,
): Promise<FileChange[]> {
  const bytesOf = async (path: string): Promise<Uint8Array> => {
    const bytes = await reads.unchanged(path);
    if (bytes === undefined) throw changedMeanwhile(path);
    return bytes;
  };
  const changes: FileChange[] = [];
  for (const { path, edits: changed } of edits) {
    changes.push(editChange(folder, path, await bytesOf(path), changed));
  }
  for (const { from, to } of moves) {
    const [file, place] = [from, to].map((path) => fileIn(folder, path));
    if (file === undefined || place === undefined) continue;
    changes.push({ kind: 'rename', from: file, to: place, before: undefined });
  }
  for (const { path, text } of creations) changes.push(creation(folder, path, text));
  return changes;
}

/** A group of images with the same bytes: absolute paths. */
export interface ExactDuplicates {
  /** The one with the best caption. */
  readonly kept: string;
  readonly others: readonly string[];
}

/** The groups of exact duplicates, each with the image that is best kept. */
export function exactDuplicates(datasets: readonly AuditedDataset[]): ExactDuplicates[] {
  const ranks = new Map<string, number>();
  for (const { dataset, audit, decisions } of datasets) {
    for (const [p, { image }] of dataset.pairs.entries()) {
      const { scored = false, mismatch = 1 } = audit.pairs[p] ?? {};
      const path = toAbsolute(dataset.root, image);
      const rank = captionRank(decisions[p], scored ? 1 - mismatch : undefined);
      ranks.set(path, Math.max(rank, ranks.get(path) ?? 0));
    }
  }
  return datasets.flatMap(({ dataset, audit }) =>
    audit.findings.filter(isExact).flatMap(({ image, file, relatedFiles }) => {
      const own = toAbsolute(dataset.root, image ?? file);
      const all = [own, ...relatedFiles.map((path) => toAbsoluteFrom(dataset.root, path))];
      const [kept, ...others] = all.sort((a, b) => (ranks.get(b) ?? 0) - (ranks.get(a) ?? 0));
      return kept === undefined ? [] : [{ kept, others }];
    }),
  );
}

function isExact({ code }: Finding): boolean {
  return code === 'exact-duplicate';
}

/** Verified captions first, then by match, then any caption; excluded ones last. 0 for an image without a caption. */
function captionRank(decision: string | undefined, match: number | undefined): number {
  const [verified, unscored, excluded] = [3, 0.5, 0.1];
  if (decision === 'verified') return verified;
  if (decision === 'excluded') return excluded;
  return match === undefined ? unscored : 1 + match;
}

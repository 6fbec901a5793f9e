import type { EmbeddedDataset } from '../../dataset/embeddedDataset.ts';
import type { AuditModel } from '../auditModel.ts';
import type { Finding, FindingCode } from '../finding.ts';
import type { WordCounts } from '../words.ts';

/** What a detector knows of the dataset. */
export interface AuditContext {
  readonly embedded: EmbeddedDataset;
  /** For each pair whether its caption was judged. */
  readonly judged: readonly boolean[];
  /** For each pair whether a person found it right: no finding doubts it. */
  readonly verified: readonly boolean[];
  /** For each pair the language its caption is in, where that is clearly not one the encoder reads. */
  readonly languages: readonly (string | undefined)[];
  readonly model: AuditModel;
  /** For each pair the probability that its caption is wrong; NaN where it was not judged. */
  readonly mismatch: Float64Array;
  readonly words: WordCounts;
}

/** A finding before its level is known. */
export type Detected = Omit<Finding, 'level'>;

/** Finds one kind of mistake. A new one is a file beside this and a line in the table. */
export interface Detector {
  /** What it may report. */
  readonly codes: readonly FindingCode[];
  detect(context: AuditContext): Detected[];
}

/** The fields every finding about a pair has in common. */
export function aboutPair(
  { embedded }: AuditContext,
  p: number,
): Pick<Detected, 'file' | 'image' | 'pair' | 'caption' | 'source'> {
  const pair = embedded.dataset.pairs[p]!;
  return {
    file: pair.source.file,
    image: pair.image,
    pair: p,
    caption: pair.caption,
    source: pair.source,
  };
}

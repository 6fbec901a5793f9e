import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import type { LearntModel } from '../../core/audit/learntModel.ts';
import { splitsOf } from '../../core/audit/picturesElsewhere.ts';
import type { RuleCode } from '../../core/audit/rule.ts';
import { PairLensError } from '../../core/errors.ts';
import type { ReportFinding } from '../../core/export/auditReport.ts';
import { BandedHashes } from '../../core/matching/bandedHashes.ts';
import { centred } from '../../core/matching/centring.ts';
import { row } from '../../core/matching/matrix.ts';
import { folderPrefix } from '../audit/buildReport.ts';
import type { DatasetAudit } from '../audit/datasetAudit.ts';
import { auditFolder } from './auditFolder.ts';
import type { BatchPorts, RunOptions } from './batchPorts.ts';

/** What is known of an image of a shard. Embeddings are unit rows, not centred. */
interface ShardImage {
  readonly kind: 'image';
  readonly image: string;
  /** Hash of its bytes. */
  readonly hash: string;
  readonly width: number;
  readonly height: number;
  /** Splits of its captions. */
  readonly splits: readonly string[];
  readonly embedding: Float32Array;
  /** To find copies in other shards: visual embedding, grey 16 x 16 thumbnail, and banded hashes of the centred embedding. */
  readonly visual: Float32Array;
  readonly thumbnail: Uint8Array;
  readonly bands: readonly number[];
}

/** What is known of a pair of a shard. */
interface ShardPair {
  readonly kind: 'pair';
  readonly image: string;
  readonly caption: string;
  readonly captionIndex: number;
  readonly split: string | null;
  readonly similarity: number;
  readonly mismatch: number;
  readonly findings: readonly RuleCode[];
  readonly embedding: Float32Array;
}

/** The last record of a shard: without it the others are not complete. */
interface ShardEnd {
  readonly kind: 'shard';
  readonly pairs: number;
  readonly images: number;
  /** Version of the program, and identity of the encoder. */
  readonly program: string;
  readonly encoder: string;
}

export type ShardRecord =
  ShardImage | ShardPair | (ReportFinding & { readonly kind: 'finding' }) | ShardEnd;

/**
 * Audits one shard by itself against a learnt model. A shard that cannot be read, or not to its end, has a finding and is no
 * error.
 * @param folder absolute path that holds nothing but the shard; names of images are relative to it
 * @param shard its name in the folder
 * @throws PairLensError `cancelled`, `invalid-model`.
 */
export async function auditShard(
  folder: string,
  shard: string,
  workspace: BatchPorts,
  { version, learnt }: { readonly version: string; readonly learnt: LearntModel },
  run: RunOptions,
): Promise<Iterable<ShardRecord>> {
  const parts: { readonly embedded: EmbeddedDataset; readonly audit: DatasetAudit }[] = [];
  const onAudited = (embedded: EmbeddedDataset, audit: DatasetAudit): void => {
    parts.push({ embedded, audit });
  };
  let findings: readonly ReportFinding[];
  try {
    const { report } = await auditFolder(folder, workspace, { version, learnt, onAudited }, run);
    findings = report.findings;
  } catch (error) {
    if (!PairLensError.is(error, 'no-dataset')) throw error;
    findings = [nothingRead(folder, shard, error)];
  }
  return records(folder, parts, findings, learnt, { version, encoder: workspace.modelId });
}

function* records(
  folder: string,
  parts: readonly { readonly embedded: EmbeddedDataset; readonly audit: DatasetAudit }[],
  findings: readonly ReportFinding[],
  { centres }: LearntModel,
  by: { readonly version: string; readonly encoder: string },
): Generator<ShardRecord> {
  const hashes = new BandedHashes(centres.visuals.length);
  let pairs = 0;
  let images = 0;
  for (const { embedded, audit } of parts) {
    const prefix = folderPrefix(folder, embedded.dataset.root);
    for (const record of imagesOf(embedded, prefix, centres.visuals, hashes)) {
      images++;
      yield record;
    }
    for (const record of pairsOf(embedded, audit, prefix)) {
      pairs++;
      yield record;
    }
  }
  for (const finding of findings) yield { kind: 'finding', ...finding };
  yield { kind: 'shard', pairs, images, program: by.version, encoder: by.encoder };
}

function* imagesOf(
  { dataset, images }: EmbeddedDataset,
  prefix: string,
  centre: Float32Array,
  hashes: BandedHashes,
): Generator<ShardImage> {
  const splits = splitsOf(dataset);
  const visuals = centred(images.visual, centre);
  for (const [x, path] of images.paths.entries()) {
    yield {
      kind: 'image',
      image: prefix + path,
      hash: images.hashes[x] ?? '',
      width: images.facts[x]?.width ?? 0,
      height: images.facts[x]?.height ?? 0,
      splits: splits.get(path) ?? [],
      embedding: row(images.embedding, x),
      visual: row(images.visual, x),
      thumbnail: images.thumbnails.subarray(x * 256, (x + 1) * 256),
      bands: hashes.of(row(visuals, x)),
    };
  }
}

function* pairsOf(
  embedded: EmbeddedDataset,
  audit: DatasetAudit,
  prefix: string,
): Generator<ShardPair> {
  for (const [p, pair] of embedded.dataset.pairs.entries()) {
    const audited = audit.pairs[p];
    if (audited === undefined) continue;
    yield {
      kind: 'pair',
      image: prefix + pair.image,
      caption: pair.caption,
      captionIndex: pair.captionIndex,
      split: pair.split ?? null,
      similarity: audited.similarity,
      mismatch: audited.mismatch,
      findings: audited.findings,
      embedding: row(embedded.texts.embedding, embedded.textRow[p] ?? -1),
    };
  }
}

/** A shard without a pair, in the words of the error. */
function nothingRead(folder: string, shard: string, error: PairLensError): ReportFinding {
  return {
    code: 'unreadable-archive',
    level: 'error',
    file: shard,
    message: error.message.replaceAll(folder, shard),
    evidence: [],
    confidence: 1,
    ...(error.remedy !== undefined && { remedy: error.remedy }),
    suggestions: [],
    suggestionMatches: [],
    relatedPairs: [],
    relatedFiles: [],
    fingerprint: shard,
  };
}

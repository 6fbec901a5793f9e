import { saysSomething } from '../../core/audit/comparability.ts';
import { RulesOfPairs } from '../../core/audit/rulesOfPairs.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { uncaptionedImages } from '../../core/dataset/uncaptioned.ts';
import type { QueriedPair } from '../../core/query/pairTest.ts';
import type { Query } from '../../core/query/query.ts';
import { selectPairs } from '../../core/query/selectPairs.ts';
import type { AuditedDataset } from '../audit/datasetAudit.ts';
import { folderPrefix } from '../audit/buildReport.ts';
import type { BatchPorts, RunOptions } from './batchPorts.ts';
import { likePairs } from './likePairs.ts';

/** A pair, or an image without a caption, as a query sees it. */
export interface ListedPair extends QueriedPair {
  readonly dataset: AuditedDataset;
  /** Index in the dataset; undefined for an image without a caption. */
  readonly index: number | undefined;
  /** Relative to the listed folder; undefined for an image without a caption. */
  readonly captionFile: DatasetPath | undefined;
  readonly captionIndex: number;
}

/**
 * The pairs of audited datasets that a query selects, in its order.
 * @param root folder that paths are relative to
 * @throws PairLensError `invalid-argument` if the query names an image that is not there; `cancelled`.
 */
export async function listPairs(
  root: string,
  datasets: readonly AuditedDataset[],
  query: Query,
  workspace: BatchPorts,
  run: RunOptions,
): Promise<ListedPair[]> {
  return (await listAll(root, datasets, query, workspace, run)).selected;
}

/**
 * All pairs of audited datasets, and their images without a caption, in dataset order; and those that a query selects.
 * @throws PairLensError as `listPairs`.
 */
export async function listAll(
  root: string,
  datasets: readonly AuditedDataset[],
  query: Query,
  workspace: BatchPorts,
  run: RunOptions,
): Promise<{ readonly all: readonly ListedPair[]; readonly selected: ListedPair[] }> {
  const all = listedPairs(root, datasets, workspace.countTokens);
  const likes = await likePairs(root, workspace, all, query, run);
  const selected = [...selectPairs(all, query, { likes })].flatMap((p) => all[p] ?? []);
  return { all, selected };
}

/** All pairs of audited datasets, and their images without a caption, in dataset order. */
export function listedPairs(
  root: string,
  datasets: readonly AuditedDataset[],
  countTokens: BatchPorts['countTokens'],
): ListedPair[] {
  return datasets.flatMap((dataset) => [...pairsOf(root, dataset, countTokens)]);
}

function* pairsOf(
  root: string,
  audited: AuditedDataset,
  countTokens: BatchPorts['countTokens'],
): Generator<ListedPair> {
  const { dataset, audit, decisions, pictures } = audited;
  const prefix = folderPrefix(root, dataset.root);
  const rules = new RulesOfPairs(audit.findings);
  const why = audit.estimate?.incomparable;
  for (const [p, { image, caption, captionIndex, split, source }] of dataset.pairs.entries()) {
    const { scored = false, mismatch = NaN } = audit.pairs[p] ?? {};
    const { width, height, modified } = pictures.get(image) ?? {};
    yield {
      dataset: audited,
      index: p,
      image: prefix + image,
      caption,
      captionIndex,
      captionFile: prefix + source.file,
      split,
      match: scored && saysSomething(mismatch, why) ? 1 - mismatch : undefined,
      fit: scored ? 1 - mismatch : undefined,
      rules: rules.of(p, image),
      decision: decisions[p],
      width,
      height,
      modified,
      ...(countTokens && { tokens: () => countTokens(caption) }),
    };
  }
  for (const image of uncaptionedImages(dataset)) {
    const { width, height, modified } = pictures.get(image) ?? {};
    yield {
      dataset: audited,
      index: undefined,
      image: prefix + image,
      caption: undefined,
      captionIndex: 0,
      captionFile: undefined,
      split: undefined,
      match: undefined,
      fit: undefined,
      rules: rules.of(undefined, image),
      decision: undefined,
      width,
      height,
      modified,
    };
  }
}

import { RulesOfPairs } from '../../core/audit/rulesOfPairs.ts';
import type { DatasetPath } from '../../core/dataset/dataset.ts';
import { uncaptionedImages } from '../../core/dataset/uncaptioned.ts';
import type { QueriedPair } from '../../core/query/pairTest.ts';
import type { Query } from '../../core/query/query.ts';
import { selectPairs } from '../../core/query/selectPairs.ts';
import type { AuditedDataset } from '../audit/datasetAudit.ts';
import { folderPrefix } from '../audit/buildReport.ts';

/** A pair, or an image without a caption, as a query sees it. */
export interface ListedPair extends QueriedPair {
  readonly dataset: AuditedDataset;
  /** Index in the dataset; undefined for an image without a caption. */
  readonly index: number | undefined;
  /** Relative to the listed folder; undefined for an image without a caption. */
  readonly captionFile: DatasetPath | undefined;
  readonly captionIndex: number;
}

/** The pairs of audited datasets that a query selects, in its order. @param root folder that paths are relative to */
export function listPairs(
  root: string,
  datasets: readonly AuditedDataset[],
  query: Query,
): ListedPair[] {
  const pairs = everyPair(root, datasets);
  return [...selectPairs(pairs, query)].flatMap((p) => pairs[p] ?? []);
}

/** All pairs of audited datasets, and their images without a caption, in dataset order. */
export function everyPair(root: string, datasets: readonly AuditedDataset[]): ListedPair[] {
  return datasets.flatMap((dataset) => [...pairsOf(root, dataset)]);
}

function* pairsOf(root: string, audited: AuditedDataset): Generator<ListedPair> {
  const { dataset, audit, decisions, pictures } = audited;
  const prefix = folderPrefix(root, dataset.root);
  const rules = new RulesOfPairs(audit.findings);
  for (const [p, { image, caption, captionIndex, split, source }] of dataset.pairs.entries()) {
    const result = audit.pairs[p];
    const { width, height } = pictures.get(image) ?? {};
    yield {
      dataset: audited,
      index: p,
      image: prefix + image,
      caption,
      captionIndex,
      captionFile: prefix + source.file,
      split,
      match: result?.scored === true ? 1 - result.mismatch : undefined,
      rules: rules.of(p, image),
      decision: decisions[p],
      width,
      height,
    };
  }
  for (const image of uncaptionedImages(dataset)) {
    const { width, height } = pictures.get(image) ?? {};
    yield {
      dataset: audited,
      index: undefined,
      image: prefix + image,
      caption: undefined,
      captionIndex: 0,
      captionFile: undefined,
      split: undefined,
      match: undefined,
      rules: rules.of(undefined, image),
      decision: undefined,
      width,
      height,
    };
  }
}

import assert from 'node:assert/strict';
import type { Dataset } from '../../src/core/dataset/dataset.ts';
import { openDatasets, type OpenOptions } from '../../src/engine/discovery/openDatasets.ts';
import { memoryFiles, type MemoryEntry } from './memoryFiles.ts';

/** Where the files of `open` lie. */
export const ROOT = '/data/set';
/** The content of an image nobody decodes. */
export const IMAGE = 'not decoded here';

/** Opens the datasets in a folder of these files. */
export function open(
  entries: Readonly<Record<string, MemoryEntry>>,
  options: OpenOptions = {},
): Promise<Dataset[]> {
  return openDatasets(memoryFiles(ROOT, entries), ROOT, options);
}

/** The only dataset, opened from these files. */
export async function openOne(
  entries: Readonly<Record<string, MemoryEntry>>,
  options: OpenOptions = {},
): Promise<Dataset> {
  const [dataset, ...others] = await open(entries, options);
  assert.ok(dataset);
  assert.deepEqual(others, []);
  return dataset;
}

export const pairsOf = (dataset: Dataset) =>
  dataset.pairs.map((pair) => [pair.image, pair.caption]);
export const problemsOf = (dataset: Dataset) =>
  dataset.problems.map((problem) => [problem.code, problem.file]);

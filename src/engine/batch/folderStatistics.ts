import { pairStatistics, type PairStatistics } from '../../core/query/pairStatistics.ts';
import { runToCompletion } from '../../core/steps.ts';
import { mergedTags, TagVocabulary } from '../../core/text/tagVocabulary.ts';
import type { AuditedDataset } from '../audit/datasetAudit.ts';
import type { BatchPorts } from './batchPorts.ts';
import { listedPairs } from './listPairs.ts';

/** Statistics of all pairs of audited datasets. @param root folder that the folders are relative to */
export function folderStatistics(
  root: string,
  datasets: readonly AuditedDataset[],
  { countTokens }: Pick<BatchPorts, 'countTokens'>,
): PairStatistics {
  const vocabularies = datasets.map(({ dataset }) =>
    TagVocabulary.of(dataset.pairs.map(({ caption }) => caption)),
  );
  const tags = mergedTags(vocabularies.map((vocabulary) => vocabulary.tags));
  return runToCompletion(pairStatistics(listedPairs(root, datasets, countTokens), tags));
}

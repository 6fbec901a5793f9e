import type { Finding } from '../../core/audit/finding.ts';
import { findingsAt } from '../auditDataset.ts';
import { fingerprintOf, folderPrefix } from '../auditReport.ts';
import type { Levels } from '../../core/audit/rules.ts';
import { livePair } from './livePairs.ts';
import type { LiveFinding } from './liveWorkspace.ts';
import type { Member } from './members.ts';

/** The wanted findings of a dataset that are not off, the worst first. */
export function memberFindings(
  { dataset, opened }: Member,
  levels: Levels,
  hash: (text: string) => string,
  wanted: (finding: Finding) => boolean = () => true,
): LiveFinding[] {
  const { context } = dataset;
  const prefix = folderPrefix(opened.dir, dataset.root);
  const seen = new Map<string, number>();
  return findingsAt(levels, dataset.findings.all())
    .filter(wanted)
    .map((finding): LiveFinding => {
      const id = fingerprintOf(finding, context.embedded.dataset, prefix, hash);
      const times = seen.get(id) ?? 0;
      seen.set(id, times + 1);
      return {
        id: times === 0 ? id : `${id}-${times}`,
        root: dataset.root,
        finding,
        pair: finding.pair === undefined ? undefined : livePair(dataset, finding.pair),
        related: finding.relatedPairs.map((slot) => livePair(dataset, slot)),
      };
    });
}

import type { WeighedWord } from '../../core/matching/leaveOneOut.ts';
import { jsonText } from '../../core/text/visibleText.ts';
import type { AuditedDataset } from '../audit/datasetAudit.ts';
import { folderPrefix } from '../audit/buildReport.ts';

/**
 * The output of `--pairs`: one JSON object per line for every readable pair, in dataset order. The fields are a public
 * interface: do not change them.
 *
 * @param root folder that `image` is relative to
 */
export function* pairLines(root: string, datasets: readonly AuditedDataset[]): Generator<string> {
  for (const { dataset, audit } of datasets) {
    const prefix = folderPrefix(root, dataset.root);
    for (const [index, pair] of dataset.pairs.entries()) {
      const audited = audit.pairs[index];
      if (audited === undefined) continue;
      const words = audit.words?.[index];
      const line = {
        image: prefix + pair.image,
        caption: pair.caption,
        captionIndex: pair.captionIndex,
        similarity: audited.similarity,
        mismatch: audited.mismatch,
        findings: audited.findings,
        ...(words && { words: words.map(wordLine) }),
      };
      yield `${jsonText(line)}\n`;
    }
  }
}

/** Rounds the support to four digits, more than its accuracy, because there are many lines. */
function wordLine({ text, start, end, support }: WeighedWord): WeighedWord {
  return { text, start, end, support: Number(support.toFixed(4)) };
}

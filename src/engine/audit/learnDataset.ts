import { type LearntModel, learntModel } from '../../core/audit/learntModel.ts';
import type { Dataset } from '../../core/dataset/dataset.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import { PairLensError } from '../../core/errors.ts';
import type { Hasher } from '../../core/ports.ts';
import { sentence } from '../../core/text/sentence.ts';
import { Boilerplate } from '../../core/text/boilerplate.ts';
import { judgeDataset, type JudgeOptions } from './auditDataset.ts';

/** Fewer pairs tell nothing of others. */
const LEAST_LEARNT = 20;

/** The dataset with evenly drawn images that have at most about `most` pairs. */
export function sampledDataset(dataset: Dataset, most: number): Dataset {
  const stride = dataset.pairs.length / Math.max(1, most);
  if (stride <= 1) return dataset;
  const drawn = new Set<string>();
  for (let at = 0; at < dataset.images.length; at += stride) {
    drawn.add(dataset.images[Math.floor(at)] ?? '');
  }
  return {
    ...dataset,
    images: dataset.images.filter((image) => drawn.has(image)),
    pairs: dataset.pairs.filter(({ image }) => drawn.has(image)),
  };
}

/**
 * Audits a dataset for what that teaches of others: the same model as that of its audit.
 * @throws PairLensError `cancelled`; `invalid-argument` if it has too few pairs that can be judged.
 */
export async function learnDataset(
  embedded: EmbeddedDataset,
  hasher: Hasher,
  options: Omit<JudgeOptions, 'fitted' | 'learnt'>,
): Promise<LearntModel> {
  const context = await judgeDataset(embedded, options);
  const judged = context.judged.filter((use) => use).length;
  if (judged < LEAST_LEARNT) {
    throw new PairLensError(
      'invalid-argument',
      sentence(
        '{0} pairs that can be judged are too few to learn from; {1} are needed.',
        judged,
        LEAST_LEARNT,
      ),
      { path: embedded.dataset.root, remedy: sentence('Give a folder with more pairs.') },
    );
  }
  const { boilerplate = Boilerplate.none } = embedded;
  return learntModel(context, boilerplate.parts(), (caption) => hasher.hash(caption));
}

import type { Dataset, DatasetPath } from './dataset.ts';
import type { ProblemCode } from './problem.ts';

const WITHOUT_CAPTION: ReadonlySet<ProblemCode> = new Set(['missing-caption', 'empty-caption']);

/** The images of a dataset whose captions are missing or empty and that are in no pair, by path. */
export function uncaptionedImages({
  pairs,
  problems,
}: {
  readonly pairs: Iterable<{ readonly image: DatasetPath }>;
  readonly problems: Dataset['problems'];
}): DatasetPath[] {
  const found = new Set<DatasetPath>();
  for (const { code, image } of problems) {
    if (image !== undefined && WITHOUT_CAPTION.has(code)) found.add(image);
  }
  if (found.size > 0) for (const { image } of pairs) found.delete(image);
  return [...found].sort();
}

import { pushTo } from '../collections.ts';
import type { DatasetPath } from '../dataset/dataset.ts';
import { type Finding, subjectOf } from './finding.ts';
import type { RuleCode } from './rule.ts';

/** The rules whose findings concern each pair of a dataset: as its own, as a related one, or by its image. */
export class RulesOfPairs {
  readonly #ofPair = new Map<number, RuleCode[]>();
  readonly #ofImage = new Map<DatasetPath, RuleCode[]>();

  constructor(
    findings: Iterable<
      Pick<Finding, 'code' | 'file' | 'pair' | 'image' | 'relatedPairs' | 'relatedFiles'>
    >,
  ) {
    for (const finding of findings) {
      const { code, pair, relatedPairs, relatedFiles } = finding;
      if (pair !== undefined) pushTo(this.#ofPair, pair, code);
      else pushTo(this.#ofImage, subjectOf(finding), code);
      for (const other of relatedPairs) pushTo(this.#ofPair, other, code);
      if (pair === undefined) for (const file of relatedFiles) pushTo(this.#ofImage, file, code);
    }
  }

  /** Each rule once. @param pair undefined for an image without a caption. */
  of(pair: number | undefined, image: DatasetPath): readonly RuleCode[] {
    const own = pair === undefined ? undefined : this.#ofPair.get(pair);
    const shared = this.#ofImage.get(image);
    return own === undefined && shared === undefined
      ? NONE
      : [...new Set([...(own ?? []), ...(shared ?? [])])];
  }
}

const NONE: readonly RuleCode[] = [];

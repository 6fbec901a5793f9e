import { parseArgs } from 'node:util';
import type { Pair } from '../../src/core/dataset/dataset.ts';

/** What the measures of words are asked for. */
export interface WordMeasure {
  readonly folder: string;
  readonly cases: number;
  readonly seed: number;
  readonly splits: readonly string[] | undefined;
  /** Path of a SCAN head's two graphs, without their endings, to measure beside. */
  readonly scan: string | undefined;
}

/** Ends the process where no dataset is named. @param cases of them without `--cases` */
export function readWordMeasure(name: string, args: readonly string[], cases: number): WordMeasure {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      cases: { type: 'string', default: String(cases) },
      seed: { type: 'string', default: '0' },
      split: { type: 'string', multiple: true },
      scan: { type: 'string' },
    },
  });
  const [folder] = positionals;
  if (folder === undefined) {
    console.error(
      `Usage: npm run measure -- ${name} DATASET [--cases N] [--seed N] [--split NAME] [--scan STEM]`,
    );
    process.exit(2);
  }
  return {
    folder,
    cases: Number(values.cases),
    seed: Number(values.seed),
    splits: values.split,
    scan: values.scan,
  };
}

/** The pairs of the wanted splits; all of them where none is named. */
export function ofSplits(pairs: readonly Pair[], splits: WordMeasure['splits']): readonly Pair[] {
  return pairs.filter(({ split }) => splits === undefined || splits.includes(split ?? ''));
}

export function captionsByImage(pairs: readonly Pair[]): Map<string, string[]> {
  const captions = new Map<string, string[]>();
  for (const { image, caption } of pairs) {
    captions.set(image, [...(captions.get(image) ?? []), caption]);
  }
  return captions;
}

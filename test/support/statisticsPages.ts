import { pairStatistics } from '../../src/core/query/pairStatistics.ts';
import { pairSummary } from '../../src/core/query/pairSummary.ts';
import type { QueriedPair } from '../../src/core/query/pairTest.ts';
import { runToCompletion } from '../../src/core/steps.ts';
import { TagVocabulary } from '../../src/core/text/tagVocabulary.ts';
import { statisticsSchema, type Statistics } from '../../src/protocol/statisticsShapes.ts';
import type { Answers } from './scriptedHost.ts';
import { tourAnswers } from './tourPages.ts';

const SUBJECTS = ['house', 'cat', 'street at night', 'pizza', 'windmill'];
const TITLES: Readonly<Record<string, string>> = {
  'caption-mismatch': 'Mismatched captions',
  'near-duplicate': 'Near-duplicates',
};

/** Pairs like those of a real dataset: most fit well, some are long, some lists of tags. */
export function somePairs(count: number): QueriedPair[] {
  return Array.from({ length: count }, (_, n): QueriedPair => {
    const subject = SUBJECTS[n % SUBJECTS.length] ?? '';
    const match = n % 9 === 0 ? ((n * 7) % 95) / 100 : 0.95 + (n % 5) / 100;
    const caption =
      n % 3 === 0
        ? `${subject}, outdoors, no_humans, tag ${n % 40}`
        : `A ${subject} with ${'many '.repeat(n % 13)}details.`;
    return {
      image: `${n % 4 === 0 ? '10_house' : '5_a_folder_with_a_rather_long_name'}/${n}.jpg`,
      caption: n % 50 === 7 ? undefined : caption,
      split: undefined,
      match: n % 50 === 7 ? undefined : match,
      fit: n % 50 === 7 ? undefined : match,
      rules: [
        ...(match < 0.4 ? ['caption-mismatch'] : []),
        ...(n % 31 === 0 ? ['near-duplicate'] : []),
      ],
      decision: n % 40 === 3 ? 'verified' : undefined,
      width: 512,
      height: 512,
      modified: undefined,
      tokens: () => 4 + (n % 13) + caption.length / 20,
    };
  });
}

/** Statistics of pairs as the server sends them. @param started the pairs of the start of the session */
export function statisticsAnswer(
  pairs: readonly QueriedPair[],
  started: readonly QueriedPair[] = pairs,
): Statistics {
  const { tags } = TagVocabulary.of(pairs.map(({ caption = '' }) => caption));
  const now = runToCompletion(pairStatistics(pairs, tags));
  const before = pairSummary(started);
  const was = new Map(before.rules.map(({ code, pairs: many }) => [code, many]));
  return statisticsSchema.parse({
    ...now,
    rules: now.rules.map((rule) => ({
      ...rule,
      title: TITLES[rule.code] ?? rule.code,
      before: was.get(rule.code) ?? 0,
    })),
    before,
  });
}

export function statisticsAnswers(statistics: Statistics): Answers {
  return { ...tourAnswers(), statistics: () => statistics };
}

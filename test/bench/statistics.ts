import { readFileSync } from 'node:fs';
import { pairStatistics } from '../../src/core/query/pairStatistics.ts';
import { pairSummary } from '../../src/core/query/pairSummary.ts';
import { ClipTokens } from '../../src/core/text/clipTokens.ts';
import { TagVocabulary } from '../../src/core/text/tagVocabulary.ts';
import { somePairs } from '../support/statisticsPages.ts';
import { reportTimes } from './times.ts';

/** Words of Chinese captions, for a dataset in which every second caption is one. */
const CHINESE = [
  '一只白色的猫坐在沙发上',
  '街道上的红色公共汽车',
  '桌子上的披萨和沙拉',
  '夜晚的风车',
];
const RUNS = 5;

/** Statistics of n pairs with the tokens of their captions, in English and with half of them in Chinese. */
export async function benchStatistics(
  n = Number(process.env['PAIRLENS_BENCH_ITEMS'] ?? 100_000),
): Promise<void> {
  const merges = readFileSync('models/clip-merges.txt', 'utf8');
  const english = somePairs(n);
  const mixed = english.map((pair, i) =>
    i % 2 === 0 ? pair : { ...pair, caption: `${CHINESE[i % CHINESE.length] ?? ''}${i % 97}` },
  );
  for (const [name, pairs] of Object.entries({ english, mixed })) {
    const all: number[] = [];
    const steps: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const clip = new ClipTokens(merges);
      const counted = pairs.map((pair) => ({
        ...pair,
        tokens: () => clip.count(pair.caption ?? ''),
      }));
      const used = process.cpuUsage();
      const { tags } = TagVocabulary.of(counted.map(({ caption = '' }) => caption));
      const statistics = pairStatistics(counted, tags);
      for (let done = false; !done;) {
        const step = process.cpuUsage();
        done = statistics.next().done === true;
        steps.push(milliseconds(process.cpuUsage(step)));
      }
      all.push(milliseconds(process.cpuUsage(used)));
    }
    reportTimes(`${n} pairs, ${name}`, all);
    reportTimes('a step of it', steps);
  }
  const start = process.cpuUsage();
  pairSummary(english);
  reportTimes('the numbers of the start', [milliseconds(process.cpuUsage(start))]);
  return Promise.resolve();
}

/** Of the processor, which holds on a busy machine, too. */
function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

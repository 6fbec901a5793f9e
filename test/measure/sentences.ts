import path from 'node:path';
import { parseArgs } from 'node:util';
import { mulberry32 } from '../../src/core/random.ts';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import { cleanSets } from './cleanSets.ts';

/**
 * Long captions, made of all captions of an image: is the sentence found that belongs to another image, and how many right
 * sentences are reported?
 */
export async function measureSentences(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rate: { type: 'string', multiple: true, default: ['0.1'] },
      limit: { type: 'string', default: '500' },
      seed: { type: 'string', default: '0' },
      split: { type: 'string', multiple: true },
    },
  });
  if (positionals.length === 0) {
    console.error(
      'Usage: npm run measure -- sentences DATASET... [--rate SHARE] [--limit N] [--seed N] [--split NAME]',
    );
    process.exit(2);
  }
  for await (const { folder, workspace, all, pairs } of cleanSets(positionals, values.split)) {
    const sentencesOf = new Map<string, string[]>();
    for (const { image, caption } of all) {
      const sentence = caption.replace(/[\s.!?]+$/, '').replaceAll('.', ',');
      sentencesOf.set(image, [...(sentencesOf.get(image) ?? []), sentence]);
    }
    const used = pairs.slice(0, Number(values.limit));
    for (const rate of values.rate.map(Number)) {
      const random = mulberry32(Number(values.seed) + 1);
      const wrong = new Map<number, string>();
      const long = used.map((pair, p) => {
        const sentences = [...(sentencesOf.get(pair.image) ?? [])];
        const other = used[Math.floor(random() * used.length)];
        const [strange] = sentencesOf.get(other?.image ?? '') ?? [];
        if (random() < rate && strange !== undefined && other !== pair) {
          sentences[Math.floor(random() * sentences.length)] = strange;
          wrong.set(p, strange);
        }
        return { ...pair, caption: `${sentences.join('. ')}.` };
      });
      const images = [...new Set(long.map(({ image }) => image))];
      const dataset = {
        root: path.resolve(folder),
        formats: [],
        pairs: long,
        images,
        problems: [],
      };
      const embedded = await workspace.index(dataset, {}, { triggerWords: [] });
      const { findings } = await workspace.audit(embedded, { levels: DEFAULT_LEVELS }, {});
      const sums = { mismatch: 0, found: 0, false: 0, sentences: 0 };
      for (const { image } of long) sums.sentences += sentencesOf.get(image)?.length ?? 0;
      for (const { code, pair, caption = '', parts = [] } of findings) {
        if (pair === undefined) continue;
        if (code === 'caption-mismatch' && wrong.has(pair)) sums.mismatch++;
        if (code !== 'unsupported-words') continue;
        for (const { start, end } of parts) {
          const text = caption.slice(start, end);
          if (text === wrong.get(pair)) sums.found++;
          else if (text.includes(' ')) sums.false++;
        }
      }
      const share = (part: number, of: number): string =>
        `${((100 * part) / Math.max(1, of)).toFixed(1)} %`;
      console.log(
        `${path.basename(folder)} ${rate}: ${wrong.size} foreign sentences, found ${share(sums.found, wrong.size)} (their captions reported as wrong: ${share(sums.mismatch, wrong.size)}); ` +
          `of ${sums.sentences - wrong.size} right ones reported ${share(sums.false, sums.sentences - wrong.size)}`,
      );
    }
  }
}

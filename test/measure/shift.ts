import path from 'node:path';
import { parseArgs } from 'node:util';
import { mulberry32 } from '../../src/core/random.ts';
import { cleanSets } from './cleanSets.ts';
import { DOUBT_LEVELS } from './doubts.ts';
import { noisyCopy } from './noisyCopy.ts';

/**
 * One run whose captions moved along: is it found, how far off are its ends, and is none found where nothing moved? File
 * names follow the shuffled order.
 */
export async function measureShift(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seeds: { type: 'string', default: '20' },
      limit: { type: 'string', default: '1000' },
      length: { type: 'string', default: '20' },
      by: { type: 'string', multiple: true, default: ['1', '-2'] },
      split: { type: 'string', multiple: true },
    },
  });
  if (positionals.length === 0) {
    console.error(
      'Usage: npm run measure -- shift DATASET... [--length IMAGES] [--by PLACES ...] [--seeds N] [--limit N] [--split NAME]',
    );
    process.exit(2);
  }
  const length = Number(values.length);
  for await (const { folder, workspace, clean } of cleanSets(positionals, values.split)) {
    for (const by of [0, ...values.by.map(Number)]) {
      let found = 0;
      let close = 0;
      let others = 0;
      for (let seed = 0; seed < Number(values.seeds); seed++) {
        const limit = Number(values.limit);
        const { embedded } = noisyCopy(clean, { kind: 'random', rate: 0, seed, limit });
        const n = embedded.dataset.pairs.length;
        const paths = embedded.images.paths.map(
          (_, i) => `images/${String(i).padStart(6, '0')}.jpg`,
        );
        const start = Math.floor(mulberry32(seed + 7)() * (n - length));
        const textRow = embedded.textRow.slice();
        for (let i = 0; i < length && by !== 0; i++) {
          textRow[start + i] = embedded.textRow[start + ((i - by + length) % length)]!;
        }
        const audit = await workspace.audit(
          {
            ...embedded,
            dataset: {
              ...embedded.dataset,
              images: paths,
              pairs: embedded.dataset.pairs.map((pair, i) => ({
                ...pair,
                image: paths[i]!,
                caption: embedded.texts.texts[textRow[i]!]!,
              })),
            },
            images: { ...embedded.images, paths },
            textRow,
          },
          { levels: DOUBT_LEVELS },
          {},
        );
        let hit = false;
        for (const { code, pair, relatedPairs } of audit.findings) {
          if (code !== 'captions-shifted' || pair === undefined) continue;
          const run = [pair, ...relatedPairs];
          const [first, last] = [Math.min(...run), Math.max(...run)];
          if (by === 0 || last < start || first >= start + length) others++;
          else {
            hit = true;
            const ends = Math.max(Math.abs(first - start), Math.abs(last - start - length + 1));
            if (ends <= 2) close++;
          }
        }
        if (hit) found++;
      }
      console.log(
        `${path.basename(folder)}, ${length} captions moved by ${by}, ${values.seeds} seeds: found ${found}, both ends within 2: ${close}, other runs reported: ${others}`,
      );
    }
  }
}

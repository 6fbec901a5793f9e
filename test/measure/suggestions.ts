import path from 'node:path';
import { parseArgs } from 'node:util';
import { cleanSets } from './cleanSets.ts';
import { DOUBT_LEVELS } from './doubts.ts';
import { noisyCopy } from './noisyCopy.ts';

/** A match from which on a caption is said to fit well (webview/shared/score.ts). */
const FITS = 0.7;

/**
 * What is suggested for captions that were exchanged: is the right one among them, and are those said to fit right?
 * And which exchanges of two pairs are named as such?
 */
export async function measureSuggestions(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rate: { type: 'string', multiple: true, default: ['0.05'] },
      seeds: { type: 'string', default: '5' },
      limit: { type: 'string', default: '1000' },
      split: { type: 'string', multiple: true },
    },
  });
  if (positionals.length === 0) {
    console.error(
      'Usage: npm run measure -- suggestions DATASET... [--rate SHARE] [--seeds N] [--limit N] [--split NAME]',
    );
    process.exit(2);
  }
  for await (const { folder, workspace, pairs, clean } of cleanSets(positionals, values.split)) {
    const captionOf = new Map(pairs.map(({ image, caption }) => [image, caption]));
    for (const rate of values.rate.map(Number)) {
      const sums = {
        wrong: 0,
        found: 0,
        first: 0,
        three: 0,
        fits: 0,
        fitsRight: 0,
        expected: 0,
      };
      const swaps = { planted: 0, named: 0, right: 0, claimed: 0 };
      const mixedUp = { named: 0, wrong: 0 };
      for (let seed = 0; seed < Number(values.seeds); seed++) {
        for (const kind of ['random', 'swap'] as const) {
          const { embedded, wrong } = noisyCopy(clean, {
            kind,
            rate,
            seed,
            limit: Number(values.limit),
          });
          const audit = await workspace.audit(embedded, { levels: DOUBT_LEVELS }, {});
          const noisy = embedded.dataset.pairs;
          if (kind === 'swap') swaps.planted += wrong.filter(Boolean).length;
          else sums.wrong += wrong.filter(Boolean).length;
          for (const { code, pair, fixes, relatedPairs, confidence } of audit.findings) {
            if (pair === undefined) continue;
            const right = captionOf.get(noisy[pair]!.image);
            if (kind === 'swap' && code === 'captions-swapped') {
              swaps.named++;
              swaps.claimed += confidence;
              const [other] = relatedPairs;
              if (wrong[pair] === true && noisy[other ?? -1]?.caption === right) swaps.right++;
            }
            if (kind === 'random' && code === 'captions-swapped') {
              mixedUp.named++;
              if (wrong[pair] === true) mixedUp.wrong++;
            }
            if (kind !== 'random' || code !== 'caption-mismatch') continue;
            const offered = fixes.flatMap((fix) => (fix.kind === 'replace-caption' ? [fix] : []));
            for (const { caption, match = 0 } of offered) {
              sums.expected += match;
              if (match < FITS) continue;
              sums.fits++;
              if (caption === right) sums.fitsRight++;
            }
            if (wrong[pair] !== true) continue;
            sums.found++;
            const place = offered.findIndex(({ caption }) => caption === right);
            if (place === 0) sums.first++;
            if (place >= 0 && place < 3) sums.three++;
          }
        }
      }
      const share = (part: number, of: number): string => (part / Math.max(1, of)).toFixed(3);
      console.log(
        `${path.basename(folder)} ${rate}: ${sums.wrong} wrong, found ${share(sums.found, sums.wrong)}; of the found: right caption first ${share(sums.first, sums.found)}, among three ${share(sums.three, sums.found)} (expected ${share(sums.expected, sums.found)}); graded fits ${sums.fits}, right ${share(sums.fitsRight, sums.fits)}`,
      );
      console.log(
        `  swaps: ${swaps.planted} pairs, named ${swaps.named}, precision ${share(swaps.right, swaps.named)} (claimed ${share(swaps.claimed, swaps.named)}), recall ${share(swaps.right, swaps.planted)}`,
      );
      console.log(
        `  where captions were mixed up and none swapped: swaps named ${mixedUp.named} (pairs), their captions wrong ${mixedUp.wrong}`,
      );
    }
  }
}

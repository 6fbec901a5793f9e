import path from 'node:path';
import { parseArgs } from 'node:util';
import { compromiseNouns } from '../../src/adapters/compromiseNouns.ts';
import { mulberry32 } from '../../src/core/random.ts';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import type { Pair } from '../../src/core/dataset/dataset.ts';
import { isNameable } from '../../src/core/text/contentWords.ts';
import { cleanSets, type MeasuredWorkspace } from './cleanSets.ts';
import { nounsOf } from './nouns.ts';
import { tagsOf } from './topicCells.ts';

/** A pair with one noun of its caption replaced, or none. */
interface Changed {
  readonly pair: Pair;
  /** Where the wrong noun begins; undefined for a right caption. */
  readonly start: number | undefined;
}

/**
 * The rule `unsupported-words`: which share of the nouns of right captions does it report, and how many of the nouns that
 * were replaced by one that no caption of the image holds? The whole audit runs, with one caption an image, with `--tags` as a
 * list of tags.
 */
export async function measureUnsupportedWords(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rate: { type: 'string', multiple: true, default: ['0', '0.1'] },
      seeds: { type: 'string', default: '3' },
      limit: { type: 'string', default: '1000' },
      split: { type: 'string', multiple: true },
      print: { type: 'string', default: '0' },
      tags: { type: 'boolean', default: false },
    },
  });
  if (positionals.length === 0) {
    console.error(
      'Usage: npm run measure -- unsupported-words DATASET... [--rate SHARE] [--seeds N] [--limit N] [--split NAME] [--print N] [--tags]',
    );
    process.exit(2);
  }
  for await (const { folder, workspace, clean, pairs, all } of cleanSets(
    positionals,
    values.split,
  )) {
    const truth = new Map<string, string>();
    for (const { image, caption } of all) {
      truth.set(image, `${truth.get(image) ?? ''} ${caption.toLowerCase()}`);
    }
    for (const rate of values.rate.map(Number)) {
      const sums = { nouns: 0, reported: 0, wrong: 0, found: 0 };
      for (let seed = 0; seed < (rate === 0 ? 1 : Number(values.seeds)); seed++) {
        const used = pairs
          .slice(0, Number(values.limit))
          .map((pair) =>
            values.tags ? { ...pair, caption: tagsOf(pair.caption).join(', ') } : pair,
          );
        const changed = replaced(used, truth, rate, seed);
        const words = await reportedWords(workspace, clean.dataset.root, changed);
        for (const [p, { pair, start }] of changed.entries()) {
          const right = compromiseNouns
            .nouns(pair.caption)
            .filter((noun) => isNameable(noun.text) && noun.start !== start);
          const reported = words.get(p) ?? [];
          sums.nouns += right.length;
          sums.reported += reported.filter((at) => at !== start).length;
          if (start !== undefined) {
            sums.wrong++;
            if (reported.includes(start)) sums.found++;
          }
        }
      }
      const share = (part: number, of: number): string =>
        `${((100 * part) / Math.max(1, of)).toFixed(2)} %`;
      console.log(
        `${path.basename(folder)} ${rate}: of ${sums.nouns} right nouns reported ${share(sums.reported, sums.nouns)}; ` +
          `of ${sums.wrong} replaced ones found ${share(sums.found, sums.wrong)}; precision ${share(sums.found, sums.found + sums.reported)}`,
      );
    }
  }
}

/** By pair, where the reported words begin. */
async function reportedWords(
  workspace: MeasuredWorkspace,
  root: string,
  changed: readonly Changed[],
): Promise<Map<number, number[]>> {
  const pairs = changed.map(({ pair }) => pair);
  const images = [...new Set(pairs.map(({ image }) => image))];
  const dataset = { root, formats: [], pairs, images, problems: [] };
  const embedded = await workspace.index(dataset, {}, { triggerWords: [] });
  const { findings } = await workspace.audit(embedded, { levels: DEFAULT_LEVELS }, {});
  return new Map(
    findings.flatMap(({ code, pair, parts = [] }) =>
      code === 'unsupported-words' && pair !== undefined
        ? [[pair, parts.map(({ start }) => start)] as const]
        : [],
    ),
  );
}

function replaced(
  pairs: readonly Pair[],
  truth: ReadonlyMap<string, string>,
  rate: number,
  seed: number,
): Changed[] {
  const random = mulberry32(seed + 1);
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const nouns = pairs.map(({ caption }) => nounsOf(caption).filter(({ text }) => isNameable(text)));
  return pairs.map((pair, p) => {
    if (random() >= rate) return { pair, start: undefined };
    const own = pick(nouns[p]!);
    const other = pick(pick(nouns) ?? []);
    const said = truth.get(pair.image)?.split(/[^a-z]+/) ?? [];
    if (own === undefined || own.number !== other?.number || said.includes(other.text)) {
      return { pair, start: undefined };
    }
    const { start, text } = own;
    const caption =
      pair.caption.slice(0, start) + other.text + pair.caption.slice(start + text.length);
    return { pair: { ...pair, caption }, start };
  });
}

import path from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import type { Sentence } from '../../src/core/text/sentence.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { cleanSets } from './cleanSets.ts';
import { noisyCopy } from './noisyCopy.ts';

interface Counts {
  findings: number;
  /** Findings with a line about words, and their words. */
  notSeen: number;
  shown: number;
  words: number;
  inTruth: number;
  shownWords: number;
  shownInTruth: number;
  alike: number;
  alikeWords: number;
  alikeInTruth: number;
}

/**
 * Is the first line of evidence true? Captions are exchanged; all captions of an image say what it shows. Of the words
 * called not seen few should be in them, of those called shown most.
 */
export async function measureEvidence(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rate: { type: 'string', multiple: true, default: ['0.1'] },
      seeds: { type: 'string', default: '3' },
      limit: { type: 'string', default: '1000' },
      split: { type: 'string', multiple: true },
      print: { type: 'string', default: '0' },
    },
  });
  if (positionals.length === 0) {
    console.error(
      'Usage: npm run measure -- evidence DATASET... [--rate SHARE] [--seeds N] [--limit N] [--split NAME] [--print N]',
    );
    process.exit(2);
  }
  for await (const { folder, workspace, clean, all } of cleanSets(positionals, values.split)) {
    const truth = new Map<string, Set<string>>();
    for (const { image, caption } of all) {
      const words = truth.get(image) ?? new Set();
      for (const word of wordsOf(caption)) words.add(word);
      truth.set(image, words);
    }
    for (const rate of values.rate.map(Number)) {
      const counts: Counts = {
        findings: 0,
        notSeen: 0,
        shown: 0,
        words: 0,
        inTruth: 0,
        shownWords: 0,
        shownInTruth: 0,
        alike: 0,
        alikeWords: 0,
        alikeInTruth: 0,
      };
      for (let seed = 0; seed < Number(values.seeds); seed++) {
        const options = { kind: 'random', rate, seed, limit: Number(values.limit) } as const;
        const { embedded } = noisyCopy(clean, options);
        const audit = await workspace.audit(embedded, { levels: DEFAULT_LEVELS }, {});
        for (const { code, image = '', caption = '', evidence } of audit.findings) {
          if (code !== 'caption-mismatch') continue;
          const known = truth.get(image) ?? new Set();
          count(counts, evidence[0], known);
          if (counts.findings <= Number(values.print)) {
            console.log(`${image}: ${caption}\n    ${evidence[0] ? inEnglish(evidence[0]) : ''}`);
          }
        }
      }
      const share = (part: number, of: number): string =>
        `${((100 * part) / Math.max(1, of)).toFixed(1)} %`;
      console.log(
        `${path.basename(folder)} ${rate}: ${counts.findings} findings; words not seen in ${share(counts.notSeen, counts.findings)}: ` +
          `${counts.words} words, in the true captions ${share(counts.inTruth, counts.words)}; ` +
          `words shown in ${share(counts.shown, counts.findings)}: ${counts.shownWords} words, in the true captions ${share(counts.shownInTruth, counts.shownWords)}; ` +
          `words of similar pictures in ${share(counts.alike, counts.findings)}: ${counts.alikeWords} words, in the true captions ${share(counts.alikeInTruth, counts.alikeWords)}`,
      );
    }
  }
}

/** Counts the words of the first line of evidence, if it is about words. */
function count(counts: Counts, line: Sentence | undefined, truth: ReadonlySet<string>): void {
  counts.findings++;
  const text = line === undefined ? '' : inEnglish(line);
  const notSeen = /^No (.*?) seen/.exec(text)?.[1] ?? '';
  const shown = /icture shows: (.*)\.$/.exec(text)?.[1] ?? '';
  const similar = /imilar pictures show: (.*)\.$/.exec(text)?.[1] ?? '';
  const said = notSeen === '' ? [] : notSeen.split(/, | or /);
  const seen = shown === '' ? [] : shown.split(', ');
  const alike = similar === '' ? [] : similar.split(', ');
  const isTrue = (phrase: string): boolean => wordsOf(phrase).every((word) => truth.has(word));
  if (said.length > 0) counts.notSeen++;
  if (seen.length > 0) counts.shown++;
  counts.words += said.length;
  counts.inTruth += said.filter(isTrue).length;
  counts.shownWords += seen.length;
  counts.shownInTruth += seen.filter(isTrue).length;
  if (alike.length > 0) counts.alike++;
  counts.alikeWords += alike.length;
  counts.alikeInTruth += alike.filter(isTrue).length;
}

/** Words in lower case, without the ending of a plural. */
function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[a-z'-]+/g) ?? []).map((word) =>
    word.replace(/(?<=..(?:s|x|z|ch|sh))es$|(?<=..[^su])s$/, ''),
  );
}

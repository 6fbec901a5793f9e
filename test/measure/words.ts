import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { sharpImageReader } from '../../src/adapters/sharpImageReader.ts';
import { openWorkspace } from '../../src/cli/composeCli.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import { centred, shrunkMean } from '../../src/core/matching/centring.ts';
import { omissions, omissionSupport } from '../../src/core/matching/leaveOneOut.ts';
import { type Matrix, matrix, row } from '../../src/core/matching/matrix.ts';
import { isContentWord } from '../../src/core/text/contentWords.ts';
import { seeded } from '../support/randomVectors.ts';
import { nounsOf } from './nouns.ts';
import { openScan } from './scanScorer.ts';
import { captionsByImage, ofSplits, readWordMeasure } from './wordMeasure.ts';

/** A replacement is a word that people use. */
const LEAST_USES = 2;

interface Case {
  readonly image: string;
  readonly caption: string;
  /** Where the wrong noun begins. */
  readonly start: number;
}

/**
 * Is the word found that is not in the picture? In each case one noun of a caption is replaced by another of the same
 * number that none of the image's captions holds; it should be the least supported of the caption's content words.
 */
export async function measureWords(args: readonly string[]): Promise<void> {
  const wanted = readWordMeasure('words', args, 500);
  const terminal = new Terminal({ quiet: false, color: true });
  const workspace = await openWorkspace({ globals: { color: true }, terminal }, undefined);
  try {
    for (const opened of await workspace.open(path.resolve(wanted.folder), {})) {
      const pairs = ofSplits(opened.pairs, wanted.splits);
      const captions = captionsByImage(pairs);
      const first = pairs.filter(({ captionIndex }) => captionIndex === 0);
      const { images } = await workspace.index(
        { ...opened, pairs: first, images: [...captions.keys()], problems: [] },
        {},
      );
      // As the audit of a set of this size does: its own mean, the shipped one having no say.
      const rows = centred(images.embedding, shrunkMean(images.embedding, new Float32Array(0), 0));
      const imageOf = (name: string): Float32Array => row(rows, images.paths.indexOf(name));
      const encode = async (texts: readonly string[]): Promise<Matrix> => {
        const out = matrix(texts.length, rows.columns);
        for (const [r, text] of texts.entries()) row(out, r).set(await workspace.encodeText(text));
        return out;
      };
      const reader = sharpImageReader();
      const scan = wanted.scan === undefined ? undefined : await openScan(wanted.scan);
      const hits = { scan: 0, leaveOneOut: 0, wordAlone: 0, random: 0 };
      const cases = casesOf(captions, wanted.cases, wanted.seed);
      for (const { image, caption, start } of cases) {
        const words = omissions(caption);
        const x = imageOf(image);
        const whole = row(await encode([caption]), 0);
        const without = await encode(words.map((word) => word.without));
        const alone = await encode(words.map(({ text }) => text.toLowerCase()));
        const left = omissionSupport(words, x, whole, without).map(({ support }) => support);
        const single = words.map((_, w) => dot(x, row(alone, w)));
        if (words[argMin(left)]!.start === start) hits.leaveOneOut++;
        if (words[argMin(single)]!.start === start) hits.wordAlone++;
        if (scan !== undefined) {
          const bytes = await readFile(path.join(opened.root, image));
          const found = await scan.words(await reader.read(bytes, scan.size), caption);
          const supports = words.map(
            (word) => found.find((each) => each.start === word.start)?.support ?? NaN,
          );
          if (words[argMin(supports)]?.start === start) hits.scan++;
        }
        hits.random += 1 / words.length;
      }
      console.log(
        `${wanted.folder}, ${cases.length} replaced nouns, seed ${wanted.seed}, ${workspace.modelId}`,
      );
      console.log('The replaced noun is the least supported content word, % of the cases:');
      const share = (count: number) => ((100 * count) / cases.length).toFixed(1);
      console.log(`  by leaving words out        ${share(hits.leaveOneOut)}`);
      console.log(`  by the cosine of the word   ${share(hits.wordAlone)}`);
      if (scan !== undefined) console.log(`  by SCAN                     ${share(hits.scan)}`);
      console.log(`  at random                   ${share(hits.random)}`);
    }
  } finally {
    await workspace.close();
  }
}

function casesOf(
  captions: ReadonlyMap<string, readonly string[]>,
  count: number,
  seed: number,
): Case[] {
  const uses = new Map<string, number>();
  for (const text of [...captions.values()].flat()) {
    for (const noun of nounsOf(text)) {
      const key = `${noun.number} ${noun.text}`;
      uses.set(key, (uses.get(key) ?? 0) + 1);
    }
  }
  const known = [...uses].filter(([, times]) => times >= LEAST_USES).map(([key]) => key);
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const images = [...captions.keys()];
  const cases: Case[] = [];
  // Few captions hold no noun; a set in which none does has no cases.
  for (let tries = 0; cases.length < count && tries < 20 * count; tries++) {
    const image = pick(images) ?? '';
    const own = captions.get(image) ?? [];
    const caption = pick(own) ?? '';
    const noun = pick(nounsOf(caption));
    if (noun === undefined) continue;
    const [number, other = ''] = pick(known)?.split(' ') ?? [];
    const said = own.some((text) =>
      text
        .toLowerCase()
        .split(/[^a-z]+/)
        .includes(other),
    );
    if (number !== noun.number || said || !isContentWord(other)) continue;
    const { start, text } = noun;
    const changed = caption.slice(0, start) + other + caption.slice(start + text.length);
    if (omissions(changed).length > 1) cases.push({ image, caption: changed, start });
  }
  return cases;
}

function argMin(values: readonly number[]): number {
  return values.indexOf(Math.min(...values));
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, c) => sum + value * b[c]!, 0);
}

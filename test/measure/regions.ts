import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openEncoders, type Encoders } from '../../src/adapters/encoders.ts';
import { nodeFiles } from '../../src/adapters/nodeFiles.ts';
import {
  cropsOf,
  placedWords,
  type WordInContext,
  wordsInContext,
  MAP_SIDE,
} from '../../src/core/matching/wordRegions.ts';
import type { PixelSquare } from '../../src/core/ports.ts';
import { openDatasets } from '../../src/engine/openDatasets.ts';
import { seeded } from '../support/randomVectors.ts';
import { nounsOf } from './nouns.ts';
import { openScan } from './scanScorer.ts';

/** A noun that only one person sees in a photo is not surely there. */
const LEAST_CAPTIONS = 2;
const MIRRORED = 150;

interface Case {
  /** Top left, top right, bottom left, bottom right. */
  readonly images: readonly string[];
  /** Of two of the images, joined. */
  readonly caption: string;
  /** The noun, and which image it is of. */
  readonly word: WordInContext;
  readonly quadrant: number;
}

/**
 * The grid pointing game (Böhle et al., CVPR 2021), for words: of four photos side by side, captions of two are joined,
 * and a noun of one of them, which no caption of the other three photos holds, should point into its own.
 */
export async function measureRegions(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      cases: { type: 'string', default: '400' },
      seed: { type: 'string', default: '0' },
      split: { type: 'string', multiple: true },
      scan: { type: 'string' },
    },
  });
  const [folder] = positionals;
  if (folder === undefined) {
    console.error(
      'Usage: npm run measure -- regions DATASET [--cases N] [--seed N] [--split NAME] [--scan GRAPHS]',
    );
    process.exit(2);
  }
  const encoders = await openEncoders(undefined, undefined);
  const { reader, imageEncoder, textEncoder } = encoders;
  const { size } = imageEncoder;
  try {
    for (const { root, pairs } of await openDatasets(nodeFiles, path.resolve(folder), {})) {
      const captions = new Map<string, string[]>();
      for (const { image, caption, split } of pairs) {
        if (values.split !== undefined && !values.split.includes(split ?? '')) continue;
        captions.set(image, [...(captions.get(image) ?? []), caption]);
      }
      const cases = casesOf(captions, Number(values.cases), Number(values.seed));
      const scan = values.scan === undefined ? undefined : await openScan(values.scan);
      const right = { scan: 0, crops: 0, wordAlone: 0, caption: 0 };
      for (const { images, caption, word, quadrant } of cases) {
        const photos = await Promise.all(
          images.map(async (name) => reader.read(await readFile(path.join(root, name)), size)),
        );
        if (scan !== undefined) {
          const small = await Promise.all(
            images.map(async (name) =>
              reader.read(await readFile(path.join(root, name)), scan.size / 2),
            ),
          );
          const found = await scan.words(sideBySide(small), caption);
          const region = found.find((each) => each.start === word.start)?.region ?? -1;
          const cells = Array.from({ length: MAP_SIDE * MAP_SIDE }, (_, c) =>
            c === region ? 1 : 0,
          );
          if (quadrantOf(cells) === quadrant) right.scan++;
        }
        const { embedding } = await imageEncoder.encode(cropsOf(sideBySide(photos)));
        const point = async (phrase: string) => {
          const texts = (await textEncoder.encode([phrase])).embedding;
          return placedWords([word], embedding, texts)[0]!;
        };
        const placed = await point(word.phrase);
        if (quadrantOf(placed.cells) === quadrant) right.crops++;
        if (quadrantOf((await point(word.text.toLowerCase())).cells) === quadrant)
          right.wordAlone++;
        if (quadrantOf((await point(caption)).cells) === quadrant) right.caption++;
      }
      console.log(`${folder}, ${cases.length} nouns, seed ${values.seed}, ${imageEncoder.modelId}`);
      console.log('The noun points into the photo it belongs to, % of the cases:');
      const share = (count: number, of: number) => ((100 * count) / of).toFixed(1);
      console.log(`  the word with its neighbours  ${share(right.crops, cases.length)}`);
      console.log(`  the word by itself            ${share(right.wordAlone, cases.length)}`);
      console.log(`  the whole caption             ${share(right.caption, cases.length)}`);
      if (scan !== undefined) {
        console.log(`  the word by SCAN              ${share(right.scan, cases.length)}`);
      }
      console.log('  at random                     25.0');
      const kept = await mirrored(captions, root, encoders);
      console.log(
        `Of ${kept.words} words of single photos ${share(kept.placed, kept.words)} % have a place;`,
      );
      console.log(
        `in the mirrored photo it is the mirrored one for ${share(kept.same, kept.placed)} %.`,
      );
    }
  } finally {
    await encoders.close();
  }
}

/** Does a word keep its place when the photo is mirrored? One caption each of MIRRORED photos. */
async function mirrored(
  captions: ReadonlyMap<string, readonly string[]>,
  root: string,
  { reader, imageEncoder, textEncoder }: Encoders,
): Promise<{ readonly words: number; readonly placed: number; readonly same: number }> {
  const counts = { words: 0, placed: 0, same: 0 };
  for (const [image, [caption = '']] of [...captions].slice(0, MIRRORED)) {
    const photo = await reader.read(await readFile(path.join(root, image)), 2 * imageEncoder.size);
    const words = wordsInContext(caption);
    if (words.length === 0) continue;
    const phrases = (await textEncoder.encode(words.map(({ phrase }) => phrase))).embedding;
    const placesIn = async (picture: PixelSquare) =>
      placedWords(words, (await imageEncoder.encode(cropsOf(picture))).embedding, phrases);
    const there = await placesIn(photo);
    const mirror = await placesIn(inMirror(photo));
    for (const [w, { place, cells }] of there.entries()) {
      counts.words++;
      if (place === null) continue;
      counts.placed++;
      const [row, column] = bestCell(mirror[w]!.cells);
      const [ownRow, ownColumn] = bestCell(cells);
      if (row === ownRow && column === MAP_SIDE - 1 - ownColumn) counts.same++;
    }
  }
  return counts;
}

function inMirror({ size, rgb }: PixelSquare): PixelSquare {
  const out = new Uint8Array(rgb.length);
  for (let p = 0; p < size * size; p++) {
    const from = (p - (p % size) + size - 1 - (p % size)) * 3;
    out.set(rgb.subarray(from, from + 3), p * 3);
  }
  return { size, rgb: out };
}

function casesOf(
  captions: ReadonlyMap<string, readonly string[]>,
  count: number,
  seed: number,
): Case[] {
  const random = seeded(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
  const names = [...captions.keys()];
  const cases: Case[] = [];
  for (let tries = 0; cases.length < count && tries < 50 * count; tries++) {
    const images = Array.from({ length: 4 }, () => pick(names));
    if (new Set(images).size < 4) continue;
    const [quadrant, other] = [below(4), below(4)];
    if (quadrant === other) continue;
    const own = captions.get(images[quadrant]!)!;
    const said = (text: string, noun: string) => text.toLowerCase().includes(noun);
    const caption = sentenceOf(pick(own));
    const second = sentenceOf(pick(captions.get(images[other]!)!));
    const nouns = nounsOf(caption).filter(
      ({ text }) =>
        own.filter((each) => said(each, text)).length >= LEAST_CAPTIONS &&
        images.every(
          (name, i) => i === quadrant || !captions.get(name)!.some((each) => said(each, text)),
        ),
    );
    if (nouns.length === 0) continue;
    const { start } = pick(nouns);
    const isFirst = below(2) === 0;
    const joined = isFirst ? `${caption} and ${second}.` : `${second} and ${caption}.`;
    const place = isFirst ? start : second.length + ' and '.length + start;
    const word = wordsInContext(joined).find((each) => each.start === place);
    // Not the half of a word with a hyphen.
    if (word !== undefined) cases.push({ images, caption: joined, word, quadrant });
  }
  return cases;
}

/** To stand within another sentence. */
function sentenceOf(caption: string): string {
  return caption.replace(/[\s.]+$/, '').replace(/^[A-Z]/, (first) => first.toLowerCase());
}

/** Four photos, two by two. */
function sideBySide(photos: readonly PixelSquare[]): PixelSquare {
  const half = photos[0]!.size;
  const size = 2 * half;
  const rgb = new Uint8Array(size * size * 3);
  for (const [n, photo] of photos.entries()) {
    const [top, left] = [Math.floor(n / 2) * half, (n % 2) * half];
    for (let y = 0; y < half; y++) {
      const line = photo.rgb.subarray(y * half * 3, (y + 1) * half * 3);
      rgb.set(line, ((top + y) * size + left) * 3);
    }
  }
  return { size, rgb };
}

function quadrantOf(cells: readonly number[]): number {
  const [row, column] = bestCell(cells);
  return (row >= MAP_SIDE / 2 ? 2 : 0) + (column >= MAP_SIDE / 2 ? 1 : 0);
}

function bestCell(cells: readonly number[]): readonly [row: number, column: number] {
  const best = cells.indexOf(Math.max(...cells));
  return [Math.floor(best / MAP_SIDE), best % MAP_SIDE];
}

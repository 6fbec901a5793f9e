import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { openEncoders, type Encoders } from '../../src/adapters/encoders.ts';
import { nodeFiles } from '../../src/adapters/nodeFiles.ts';
import {
  cropsOf,
  CROPS,
  groundWords,
  type WordInContext,
  wordsInContext,
} from '../../src/core/matching/wordRegions.ts';
import { regionBox } from '../../src/core/matching/wordSupport.ts';
import type { PixelSquare } from '../../src/core/ports.ts';
import { openDatasets } from '../../src/engine/discovery/openDatasets.ts';
import { seeded } from '../support/randomVectors.ts';
import { type Mosaic, mosaicOf, photoAt, SEAMS, smaller } from './mosaic.ts';
import { nounsOf } from './nouns.ts';
import { openScan } from './scanScorer.ts';
import { captionsByImage, ofSplits, readWordMeasure } from './wordMeasure.ts';

/** A noun that only one person sees in a photo is not surely there. */
const LEAST_CAPTIONS = 2;
const MIRRORED = 150;

interface Case {
  readonly mosaic: Mosaic;
  /** Captions of two of the photos, joined. */
  readonly caption: string;
  /** The noun, and which photo it is of. */
  readonly word: WordInContext;
  readonly photo: number;
}

/**
 * The grid pointing game (Böhle et al., CVPR 2021), for words: of four photos side by side, captions of two are joined,
 * and a noun of one of them, which no caption of the other three photos holds, should point into its own. The photos
 * are of unequal size, so that no crop of the picture is one of them.
 */
export async function measureRegions(args: readonly string[]): Promise<void> {
  const wanted = readWordMeasure('regions', args, 400);
  const encoders = await openEncoders(undefined, undefined);
  const { imageEncoder, textEncoder } = encoders;
  try {
    for (const { root, pairs } of await openDatasets(nodeFiles, path.resolve(wanted.folder), {})) {
      const captions = captionsByImage(ofSplits(pairs, wanted.splits));
      const cases = casesOf(captions, wanted.cases, wanted.seed);
      const scan = wanted.scan === undefined ? undefined : await openScan(wanted.scan);
      const hits = { scan: 0, context: 0, wordAlone: 0, caption: 0 };
      for (const { mosaic, caption, word, photo } of cases) {
        const picture = await mosaicOf(mosaic, root, 2 * imageEncoder.size);
        if (scan !== undefined) {
          const found = await scan.words(await smaller(picture, scan.size), caption);
          const region = found.find((each) => each.start === word.start)?.region ?? -1;
          const [left, top, right, bottom] = regionBox(region, [4, 4]);
          if (region >= 0 && photoAt(mosaic, (left + right) / 2, (top + bottom) / 2) === photo) {
            hits.scan++;
          }
        }
        const { embedding } = await imageEncoder.encode(cropsOf(picture));
        const isFoundBy = async (phrase: string) => {
          const texts = (await textEncoder.encode([phrase])).embedding;
          const [row, column] = bestCell(groundWords([word], embedding, texts)[0]!.cells);
          return photoAt(mosaic, (column + 1) / (CROPS + 1), (row + 1) / (CROPS + 1)) === photo;
        };
        if (await isFoundBy(word.phrase)) hits.context++;
        if (await isFoundBy(word.text.toLowerCase())) hits.wordAlone++;
        if (await isFoundBy(caption)) hits.caption++;
      }
      console.log(
        `${wanted.folder}, ${cases.length} nouns, seed ${wanted.seed}, ${imageEncoder.modelId}`,
      );
      console.log('The noun points into the photo it belongs to, % of the cases:');
      const share = (count: number, of: number) => ((100 * count) / of).toFixed(1);
      console.log(`  the word with its neighbours  ${share(hits.context, cases.length)}`);
      console.log(`  the word by itself            ${share(hits.wordAlone, cases.length)}`);
      console.log(`  the whole caption             ${share(hits.caption, cases.length)}`);
      if (scan !== undefined) {
        console.log(`  the word by SCAN              ${share(hits.scan, cases.length)}`);
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
      groundWords(words, (await imageEncoder.encode(cropsOf(picture))).embedding, phrases);
    const there = await placesIn(photo);
    const mirror = await placesIn(inMirror(photo));
    for (const [w, { place }] of there.entries()) {
      counts.words++;
      if (place === null) continue;
      counts.placed++;
      const [row, column] = bestCell(mirror[w]!.cells);
      if (row === place.row && column === CROPS - 1 - place.column) counts.same++;
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
    const [photo, other] = [below(4), below(4)];
    if (photo === other) continue;
    const own = captions.get(images[photo]!)!;
    const said = (text: string, noun: string) => text.toLowerCase().includes(noun);
    const caption = sentenceOf(pick(own));
    const second = sentenceOf(pick(captions.get(images[other]!)!));
    const nouns = nounsOf(caption).filter(
      ({ text }) =>
        own.filter((each) => said(each, text)).length >= LEAST_CAPTIONS &&
        images.every(
          (name, i) => i === photo || !captions.get(name)!.some((each) => said(each, text)),
        ),
    );
    if (nouns.length === 0) continue;
    const { start } = pick(nouns);
    const isFirst = below(2) === 0;
    const joined = isFirst ? `${caption} and ${second}.` : `${second} and ${caption}.`;
    const place = isFirst ? start : second.length + ' and '.length + start;
    const word = wordsInContext(joined).find((each) => each.start === place);
    // Not the half of a word with a hyphen.
    if (word === undefined) continue;
    const mosaic = { images, seam: [pick(SEAMS), pick(SEAMS)] as const };
    cases.push({ mosaic, caption: joined, word, photo });
  }
  return cases;
}

/** To stand within another sentence. */
function sentenceOf(caption: string): string {
  return caption.replace(/[\s.]+$/, '').replace(/^[A-Z]/, (first) => first.toLowerCase());
}

function bestCell(cells: readonly number[]): readonly [row: number, column: number] {
  const best = cells.indexOf(Math.max(...cells));
  return [Math.floor(best / CROPS), best % CROPS];
}

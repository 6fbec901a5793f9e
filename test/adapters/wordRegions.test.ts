import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { type Encoders, openEncoders } from '../../src/adapters/encoders.ts';
import {
  cropsOf,
  CROPS,
  groundWords,
  wordsInContext,
} from '../../src/core/matching/wordRegions.ts';

const TOUR = path.join(import.meta.dirname, '../../samples/tour');

describe('words are found in pictures by the shipped encoders', () => {
  let encoders: Encoders;
  before(async () => (encoders = await openEncoders(undefined, undefined)));
  after(() => encoders.close());

  /** The half in which each word is seen, of two pictures side by side. */
  async function sides(left: string, right: string, caption: string): Promise<string[][]> {
    const { reader, imageEncoder, textEncoder } = encoders;
    const side = (name: string) =>
      sharp(path.join(TOUR, name)).resize(400, 800, { fit: 'cover' }).toBuffer();
    const blank = sharp({ create: { width: 800, height: 800, channels: 3, background: 'white' } });
    const bytes = await blank
      .composite([
        { input: await side(left), left: 0, top: 0 },
        { input: await side(right), left: 400, top: 0 },
      ])
      .png()
      .toBuffer();
    const picture = await reader.read(bytes, 2 * imageEncoder.size);
    const words = wordsInContext(caption);
    const crops = (await imageEncoder.encode(cropsOf(picture))).embedding;
    const phrases = (await textEncoder.encode(words.map(({ phrase }) => phrase))).embedding;
    return groundWords(words, crops, phrases).map(({ text, cells }) => {
      const column = (x: number) =>
        cells.filter((_, cell) => cell % CROPS === x).reduce((sum, cell) => sum + cell, 0);
      return [text, column(0) > column(CROPS - 1) ? 'left' : 'right'];
    });
  }

  test('each word on its side, whichever that is', async () => {
    const caption = 'a dahlia and a drum kit';
    assert.deepEqual(await sides('dahlia.jpg', 'drum_kit.jpg', caption), [
      ['dahlia', 'left'],
      ['drum', 'right'],
      ['kit', 'right'],
    ]);
    assert.deepEqual(await sides('drum_kit.jpg', 'dahlia.jpg', caption), [
      ['dahlia', 'right'],
      ['drum', 'left'],
      ['kit', 'left'],
    ]);
  });

  test('a picture of one colour shows no word anywhere', async () => {
    const { reader, imageEncoder, textEncoder } = encoders;
    const grey = await sharp({
      create: { width: 64, height: 64, channels: 3, background: '#808080' },
    })
      .png()
      .toBuffer();
    const words = wordsInContext('a dahlia and a drum kit');
    const picture = await reader.read(grey, 2 * imageEncoder.size);
    const crops = (await imageEncoder.encode(cropsOf(picture))).embedding;
    const phrases = (await textEncoder.encode(words.map(({ phrase }) => phrase))).embedding;
    for (const { place } of groundWords(words, crops, phrases)) assert.equal(place, null);
  });
});

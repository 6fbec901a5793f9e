import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';

/* Photos of the sample dataset whose captions are right, small. */

const TOUR = path.resolve(import.meta.dirname, '../../samples/tour');

const NAMES = [
  ...['baseball', 'creek', 'dahlia', 'fig', 'frying_pan', 'orchestra', 'paint_brushes', 'pillow'],
  ...['rocket_launch', 'scissors', 'white_chair', 'windmill'],
] as const;

export interface TourPhoto {
  readonly name: string;
  readonly caption: string;
  readonly jpeg: Buffer;
}

export async function tourPhotos(): Promise<readonly TourPhoto[]> {
  return Promise.all(
    NAMES.map(async (name) => ({
      name,
      caption: (await readFile(path.join(TOUR, `${name}.txt`), 'utf8')).trim(),
      jpeg: await sharp(path.join(TOUR, `${name}.jpg`))
        .resize({ width: 224 })
        .jpeg()
        .toBuffer(),
    })),
  );
}

/** All captioned pictures of the sample dataset as they are, mistakes included, in the order of their names. */
export async function tourPairs(): Promise<
  readonly { readonly picture: Buffer; readonly extension: string; readonly caption: string }[]
> {
  const names = new Set(await readdir(TOUR, { recursive: true }));
  const pairs = [...names].sort().flatMap((name) => {
    const { dir, name: stem, ext } = path.parse(name);
    const text = path.join(dir, `${stem}.txt`);
    return /^\.(?:jpg|png|webp)$/.test(ext) && names.has(text) ? [{ name, text, ext }] : [];
  });
  return Promise.all(
    pairs.map(async ({ name, text, ext }) => ({
      picture: await readFile(path.join(TOUR, name)),
      extension: ext,
      caption: await readFile(path.join(TOUR, text), 'utf8'),
    })),
  );
}

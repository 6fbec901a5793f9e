import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { mulberry32 } from '../../src/core/random.ts';
import { TOUR } from './product.ts';

/* A folder of real photos with right captions, and faults of all kinds that were planted in it. */

interface GivenPhoto {
  readonly file: string;
  readonly caption: string;
}

export interface PlantedFolder {
  readonly photos: number;
  readonly faults: number;
  /** The right caption of each photo, by name without extension. */
  readonly captions: ReadonlyMap<string, string>;
  /** Names of photos whose caption file is wrong, empty, missing or not UTF-8. */
  readonly mended: ReadonlySet<string>;
  /** Copies of photos, by the name of the copy. */
  readonly copies: ReadonlyMap<string, string>;
  /** Caption files without a photo. */
  readonly lone: ReadonlySet<string>;
  /** Photos that cannot be read. */
  readonly broken: ReadonlySet<string>;
  /** Photos that share their caption file with a second one, a PNG. */
  readonly shared: ReadonlySet<string>;
}

const rowSchema = z.object({ image: z.string(), captions: z.array(z.string()).min(1) });

/** Most photos of a planted folder. */
const MOST = 400;
/** A fault of every kind in this order, again and again: wrong captions are the most frequent. */
const ROUND = [
  ...['ring', 'swap', 'empty', 'missing', 'ring', 'latin', 'copy', 'swap', 'missing', 'ring'],
  ...['empty', 'shared', 'broken', 'latin', 'ring', 'lone'],
] as const;

/**
 * The photos of PAIRLENS_PHOTOS, a folder with `captions.jsonl` (`image`, `captions`), or those of the sample dataset whose
 * captions are right.
 */
async function givenPhotos(): Promise<readonly GivenPhoto[]> {
  const set = process.env['PAIRLENS_PHOTOS'];
  if (set !== undefined) {
    const lines = (await readFile(path.join(set, 'captions.jsonl'), 'utf8')).trim().split('\n');
    const rows = lines.map((line) => rowSchema.parse(JSON.parse(line)));
    const step = Math.max(1, Math.floor(rows.length / MOST));
    return rows
      .filter((_, n) => n % step === 0)
      .slice(0, MOST)
      .map(({ image, captions }) => ({
        file: path.join(set, image),
        caption: (captions[0] ?? '').trim(),
      }));
  }
  const mistakes = z
    .array(z.object({ images: z.array(z.string()) }))
    .parse(JSON.parse(await readFile(path.join(TOUR, '../mistakes.json'), 'utf8')));
  const wrong = new Set(mistakes.flatMap(({ images }) => images));
  const names = (await readdir(TOUR, { recursive: true })).sort();
  const right = names.filter((name) => name.endsWith('.jpg') && !wrong.has(name));
  return Promise.all(
    right.map(async (name) => ({
      file: path.join(TOUR, name),
      caption: (await readFile(path.join(TOUR, name.replace('.jpg', '.txt')), 'utf8')).trim(),
    })),
  );
}

/** Writes photos with captions below a folder, and plants about 15 faults in each 100 photos. */
export async function plantFaults(folder: string): Promise<PlantedFolder> {
  const given = await givenPhotos();
  await mkdir(folder, { recursive: true });
  const captions = new Map<string, string>();
  for (const [n, { file, caption }] of given.entries()) {
    const name = `photo${String(n).padStart(3, '0')}`;
    captions.set(name, caption);
    await copyFile(file, path.join(folder, `${name}.jpg`));
    await writeFile(path.join(folder, `${name}.txt`), `${caption}\n`);
  }
  const text = (name: string): string => path.join(folder, `${name}.txt`);
  const order = shuffled([...captions.keys()]);
  const faults = Math.max(ROUND.length, Math.round(0.15 * order.length));
  const [mended, broken, shared] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const copies = new Map<string, string>();
  const lone = new Set<string>();
  const exchanged: Record<'ring' | 'swap', string[]> = { ring: [], swap: [] };
  for (let n = 0; n < faults; n++) {
    const name = order[n] ?? '';
    const caption = captions.get(name) ?? '';
    const kind = ROUND[n % ROUND.length];
    switch (kind) {
      case 'ring':
      case 'swap':
        exchanged[kind].push(name);
        break;
      case 'empty':
        mended.add(name);
        await writeFile(text(name), '');
        break;
      case 'missing':
        mended.add(name);
        await rm(text(name));
        break;
      case 'latin':
        mended.add(name);
        captions.set(name, `${caption} Café.`);
        await writeFile(text(name), Buffer.from(`${caption} Café.\n`, 'latin1'));
        break;
      case 'copy':
        copies.set(`again${n}`, name);
        for (const extension of ['jpg', 'txt']) {
          const from = path.join(folder, `${name}.${extension}`);
          await copyFile(from, path.join(folder, `again${n}.${extension}`));
        }
        break;
      case 'shared':
        shared.add(name);
        await sharp(path.join(folder, `${name}.jpg`))
          .png()
          .toFile(path.join(folder, `${name}.png`));
        break;
      case 'broken': {
        broken.add(name);
        const file = path.join(folder, `${name}.jpg`);
        const bytes = await readFile(file);
        await writeFile(file, bytes.subarray(0, Math.floor(bytes.length * 0.3)));
        break;
      }
      case 'lone':
        lone.add(`gone${n}`);
        await writeFile(text(`gone${n}`), 'A photo that is not here.\n');
        break;
      case undefined:
        break;
    }
  }
  const { ring, swap } = exchanged;
  const partner = (names: readonly string[], n: number, of: number): string =>
    names[Math.floor(n / of) * of + ((n + 1) % of)] ?? names[0] ?? '';
  for (const [names, of] of [
    [ring, ring.length],
    [swap, 2],
  ] as const) {
    for (const [n, name] of names.entries()) {
      mended.add(name);
      await writeFile(text(name), `${captions.get(partner(names, n, of)) ?? ''}\n`);
    }
  }
  return { photos: given.length, faults, captions, mended, copies, lone, broken, shared };
}

function shuffled(names: string[]): string[] {
  const random = mulberry32(7);
  for (let i = names.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [names[i], names[j]] = [names[j] ?? '', names[i] ?? ''];
  }
  return names;
}

/** What the folder holds, by path in hexadecimal digits, once every fault is mended. @param start what it holds now */
export function mendedFolder(
  start: Readonly<Record<string, string>>,
  planted: PlantedFolder,
): Record<string, string> {
  const wanted = new Map(Object.entries(start));
  const move = (from: string, to: string): void => {
    const bytes = wanted.get(from);
    if (bytes !== undefined) wanted.set(to, bytes);
    wanted.delete(from);
  };
  for (const name of planted.mended) {
    const caption = `${planted.captions.get(name) ?? ''}\n`;
    wanted.set(`${name}.txt`, Buffer.from(caption).toString('hex'));
  }
  for (const name of planted.shared) {
    move(`${name}.png`, `${name}_png.png`);
    wanted.set(`${name}_png.txt`, wanted.get(`${name}.txt`) ?? '');
  }
  for (const name of planted.copies.keys()) {
    wanted.delete(`${name}.jpg`);
    wanted.delete(`${name}.txt`);
  }
  for (const name of planted.lone) move(`${name}.txt`, `.excluded/${name}.txt`);
  for (const name of planted.broken) {
    move(`${name}.jpg`, `.excluded/${name}.jpg`);
    move(`${name}.txt`, `.excluded/${name}.txt`);
  }
  return Object.fromEntries([...wanted].sort(([a], [b]) => (a < b ? -1 : 1)));
}

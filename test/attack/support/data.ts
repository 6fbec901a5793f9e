import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import sharp from 'sharp';
import { TOUR } from '../../support/product.ts';

/** A folder of the test file's own, removed after its tests. Call it at the top of the file. */
export async function attackFolder(attack: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), `pairlens-attack-${attack}-`));
  after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/**
 * `count` small distinct photos with captions beside them (img0000.jpg, img0000.txt ...), every tenth caption exchanged with
 * that of another picture, so that an audit has something to find. Made from samples/tour; where it has too few photos, parts
 * of them are used again, darker each time round.
 */
export async function smallDataset(folder: string, count: number): Promise<void> {
  const originals = await tourPairs();
  const captions = Array.from({ length: count }, (_, i) => {
    const { caption } = originals[i % originals.length]!;
    const round = Math.floor(i / originals.length);
    return round === 0 ? caption : `${caption}, part ${round}`;
  });
  for (let i = 0; i + 10 < count; i += 20) {
    [captions[i], captions[i + 10]] = [captions[i + 10]!, captions[i]!];
  }
  await mkdir(folder, { recursive: true });
  await Promise.all(
    captions.map(async (caption, i) => {
      const name = path.join(folder, `img${String(i).padStart(4, '0')}`);
      const round = Math.floor(i / originals.length);
      await smallPhoto(originals[i % originals.length]!.image, round, `${name}.jpg`);
      await writeFile(`${name}.txt`, `${caption}\n`);
    }),
  );
}

/** Six small photos with right captions, `good0.jpg` ... `good5.jpg`: what must survive beside a hostile file. */
export async function goodPairs(folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const names: string[] = [];
  for (const [i, { image, caption }] of (await tourPairs()).slice(0, 6).entries()) {
    await smallPhoto(image, 0, path.join(folder, `good${i}.jpg`));
    await writeFile(path.join(folder, `good${i}.txt`), `${caption}\n`);
    names.push(`good${i}.jpg`);
  }
  return names;
}

/** A copy with the times of the original, so that a warm cache knows it. */
export async function copyDataset(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, preserveTimestamps: true });
}

async function smallPhoto(image: string, round: number, to: string): Promise<void> {
  let picture = sharp(await sharp(image).resize(192, 192, { fit: 'cover' }).toBuffer());
  if (round > 0) {
    const side = Math.max(48, 192 - 24 * round);
    picture = picture
      .extract({ left: 192 - side, top: 0, width: side, height: side })
      .modulate({ brightness: 1 - 0.08 * (round % 8) });
  }
  await picture.resize(96, 96).jpeg({ quality: 80 }).toFile(to);
}

async function tourPairs(): Promise<readonly { image: string; caption: string }[]> {
  const names = (await readdir(TOUR)).filter((name) => /\.(jpg|png)$/.test(name)).sort();
  const pairs = await Promise.all(
    names.map(async (name) => {
      const image = path.join(TOUR, name);
      const text = image.replace(/\.\w+$/, '.txt');
      const caption = await readFile(text, 'utf8').catch(() => '');
      return { image, caption: caption.trim() };
    }),
  );
  return pairs.filter(({ caption }) => caption !== '');
}

/** One metadata.jsonl of `rows` captions, each of its own, over `images` small photos. Returns the image of each row. */
export async function tableDataset(
  folder: string,
  images: number,
  rows: number,
): Promise<readonly string[]> {
  const originals = await tourPairs();
  await mkdir(folder, { recursive: true });
  const names = Array.from({ length: images }, (_, i) => `img${String(i).padStart(4, '0')}.jpg`);
  await Promise.all(
    names.map((name, i) =>
      smallPhoto(
        originals[i % originals.length]!.image,
        Math.floor(i / originals.length),
        path.join(folder, name),
      ),
    ),
  );
  const ofRow = Array.from({ length: rows }, (_, row) => names[row % images]!);
  const lines = ofRow.map((file_name, row) => {
    const { caption } = originals[(row % images) % originals.length]!;
    return JSON.stringify({ file_name, text: `${caption}, number ${row}` });
  });
  await writeFile(path.join(folder, 'metadata.jsonl'), `${lines.join('\n')}\n`);
  return ofRow;
}

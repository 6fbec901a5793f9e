import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { parquetOf } from '../support/parquetWriter.ts';
import { ROOT } from '../support/product.ts';
import { tarOf } from '../support/tarWriter.ts';

/** Rows of each table, and images that they name. */
const ROWS = 100_000;
const IMAGES = 20_000;

const MAIN = path.join(ROOT, 'dist/cli/main.js');

interface Row {
  readonly image: string;
  readonly caption: string;
}

const ROWS_OF = (images: number): Row[] =>
  Array.from({ length: images }, (_, i) => ({
    image: `images/${String(i % IMAGES).padStart(6, '0')}.jpg`,
    caption: `A photo of the thing with the number ${i}, and of what is beside it on the table.`,
  }));

const lines = (rows: readonly Row[], line: (row: Row, i: number) => unknown): string =>
  rows.map((row, i) => `${JSON.stringify(line(row, i))}\n`).join('');

const talk = ({ image, caption }: Row) => ({
  image,
  conversations: [
    { from: 'human', value: '<image>\nDescribe the picture.' },
    { from: 'gpt', value: caption },
  ],
});

const messages = ({ image, caption }: Row) => ({
  messages: [
    { role: 'user', content: '<image>Describe the picture.' },
    { role: 'assistant', content: caption },
  ],
  images: [image],
});

const byImage = (rows: readonly Row[]): Record<string, string[]> => {
  const map: Record<string, string[]> = {};
  for (const { image, caption } of rows) (map[image] ??= []).push(caption);
  return map;
};

/** The content of each caption file, by its name. */
const TABLES: Readonly<Record<string, (rows: readonly Row[]) => string | Uint8Array>> = {
  'captions.jsonl': (rows) => lines(rows, (row) => row),
  'captions.json': (rows) => JSON.stringify(rows),
  'captions.map.json': (rows) => JSON.stringify(byImage(rows)),
  'captions.csv': (rows) =>
    `image,caption\n${rows.map(({ image, caption }) => `${image},"${caption}"\n`).join('')}`,
  'captions.tsv': (rows) => rows.map(({ image, caption }) => `${image}\t${caption}\n`).join(''),
  'captions.token': (rows) =>
    rows.map(({ image, caption }, i) => `${image}#${i}\t${caption}\n`).join(''),
  'captions_coco.json': (rows) =>
    JSON.stringify({
      images: rows.slice(0, IMAGES).map(({ image }, id) => ({ id, file_name: image })),
      annotations: rows.map(({ caption }, id) => ({ id, image_id: id % IMAGES, caption })),
    }),
  'dataset_karpathy.json': (rows) =>
    JSON.stringify({
      images: Object.entries(byImage(rows)).map(([image, captions]) => ({
        filename: path.basename(image),
        filepath: 'images',
        split: 'train',
        sentences: captions.map((raw) => ({ raw })),
      })),
    }),
  'llava.json': (rows) => JSON.stringify(rows.map(talk)),
  'messages.jsonl': (rows) => lines(rows, messages),
  'captions.parquet': (rows) =>
    parquetOf(
      {
        texts: { file_name: rows.map(({ image }) => image), text: rows.map((row) => row.caption) },
      },
      { rowGroupSize: 1000 },
    ),
};

/** Seconds of computing and peak memory of `pairlens inspect` on each table of 100,000 rows, and on a tar of as many captions. */
export async function benchFormats(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pairlens-bench-formats-'));
  try {
    const rows = ROWS_OF(ROWS);
    await mkdir(path.join(folder, 'tables/images'), { recursive: true });
    const tables = path.join(folder, 'tables');
    for (const { image } of rows.slice(0, IMAGES)) await writeFile(path.join(tables, image), 'x');
    console.log(`no table, ${IMAGES} images: ${await inspected(tables)}`);
    for (const [name, content] of Object.entries(TABLES)) {
      const file = path.join(tables, name);
      await writeFile(file, content(rows));
      console.log(`${name}: ${await inspected(tables)}`);
      await rm(file);
    }
    const shards = path.join(folder, 'shards');
    await mkdir(shards);
    // Ten shards of 10,000, as img2dataset writes them.
    for (let shard = 0; shard < 10; shard++) await writeShard(shards, shard, rows);
    console.log(`10 tars: ${await inspected(shards)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeShard(folder: string, shard: number, rows: readonly Row[]): Promise<void> {
  const size = ROWS / 10;
  const out = createWriteStream(path.join(folder, `${String(shard).padStart(5, '0')}.tar`));
  const members = rows.slice(shard * size, (shard + 1) * size).flatMap(({ caption }, i) => [
    { name: `${String(shard * size + i).padStart(9, '0')}.jpg`, bytes: 'x' },
    { name: `${String(shard * size + i).padStart(9, '0')}.txt`, bytes: caption },
  ]);
  out.end(tarOf(members));
  await once(out, 'close');
}

/** Clock ticks of a second in /proc. */
const TICKS = 100;

/** The pairs that the program finds, its seconds of computing and its peak memory (Linux). */
async function inspected(folder: string): Promise<string> {
  const child = spawn('node', [MAIN, '--quiet', 'inspect', folder, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const out: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  let [peak, ticks] = [0, 0];
  const look = async (): Promise<void> => {
    const [status, stat] = await Promise.all(
      ['status', 'stat'].map((name) => readFile(`/proc/${child.pid}/${name}`, 'utf8')),
    );
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status ?? '')?.[1] ?? 0));
    // Behind the name in brackets: the state is field 3, user and system time are fields 14 and 15.
    const fields = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
    ticks = Math.max(ticks, Number(fields[11]) + Number(fields[12]) || 0);
  };
  const timer = setInterval(() => void look().catch(() => undefined), 20);
  await once(child, 'close');
  clearInterval(timer);
  const { datasets } = JSON.parse(Buffer.concat(out).toString()) as {
    readonly datasets: readonly { readonly pairs: number }[];
  };
  const pairs = datasets.reduce((sum, dataset) => sum + dataset.pairs, 0);
  return `${pairs} pairs, ${(ticks / TICKS).toFixed(1)} s, ${Math.round(peak / 1024)} MiB`;
}

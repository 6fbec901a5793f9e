import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { likeJpeg, parquetOf } from '../support/parquetWriter.ts';
import { ROOT } from '../support/product.ts';
import { tarOf } from '../support/tarWriter.ts';

/*
 * The same pairs as files, as two webdataset shards and as parquet: `audit`, `search` and `embed` must say the same of
 * them. Then the seconds and the peak memory of listing large archives.
 *
 * DATA has `captions.jsonl` ({"image", "captions"}); needs `npm run build`.
 */

const MAIN = path.join(ROOT, 'dist/cli/main.js');
const work = path.join(tmpdir(), `pairlens-archives-${process.pid}`);
const cache = path.join(work, 'cache');

interface Sample {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly caption: string;
}

function readSamples(data: string, count: number): Sample[] {
  const lines = readFileSync(path.join(data, 'captions.jsonl'), 'utf8').trimEnd().split('\n');
  const read = lines.slice(0, count).map((line, i) => {
    const { image, captions } = JSON.parse(line) as { image: string; captions: string[] };
    const bytes = readFileSync(path.join(data, image));
    return { key: String(i).padStart(6, '0'), bytes, caption: captions[0] ?? '' };
  });
  // Every twentieth caption is that of another picture, so that there is something to find.
  return read.map((sample, i) =>
    i % 20 === 0 ? { ...sample, caption: read[(i + 10) % read.length]?.caption ?? '' } : sample,
  );
}

/** The datasets, by name. */
function write(samples: readonly Sample[]): Readonly<Record<string, string>> {
  const folders = Object.fromEntries(
    ['files', 'tar', 'parquet'].map((name) => [name, path.join(work, name)]),
  );
  for (const folder of Object.values(folders)) mkdirSync(folder);
  const { files = '', tar = '', parquet = '' } = folders;
  for (const { key, bytes, caption } of samples) {
    writeFileSync(path.join(files, `${key}.jpg`), bytes);
    writeFileSync(path.join(files, `${key}.txt`), caption);
  }
  const half = Math.ceil(samples.length / 2);
  for (const [i, shard] of [samples.slice(0, half), samples.slice(half)].entries()) {
    const members = shard.flatMap(({ key, bytes, caption }) => [
      { name: `${key}.jpg`, bytes },
      { name: `${key}.txt`, bytes: caption },
    ]);
    writeFileSync(path.join(tar, `0000${i}.tar`), tarOf(members));
  }
  const columns = {
    pictures: { image: samples.map(({ bytes }) => ({ bytes, path: null })) },
    texts: { text: samples.map(({ caption }) => caption) },
  };
  const file = path.join(parquet, 'train-00000-of-00001.parquet');
  writeFileSync(file, parquetOf(columns, { rowGroupSize: 100 }));
  return folders;
}

function run(...args: string[]): string {
  return execFileSync('node', [MAIN, '--quiet', '--cache', cache, ...args], {
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** What is said of each pair, by key: rows of a parquet file are in the order of the keys. */
function auditOf(folder: string): unknown[] {
  const out = path.join(work, 'pairs.jsonl');
  run('audit', folder, '--pairs', out, '--fail-on', 'never');
  return readFileSync(out, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ image, ...said }) => ({ key: path.posix.basename(String(image), '.jpg'), ...said }));
}

function searchOf(folder: string): unknown[] {
  const found = JSON.parse(run('search', folder, 'a dog runs through water', '--json')) as {
    results?: Record<string, unknown>[];
  };
  return (found.results ?? []).map(({ image, ...hit }) => [
    path.posix.basename(String(image)),
    hit['score'],
  ]);
}

function embeddingsOf(folder: string): Buffer[] {
  const out = `${folder}-embedded`;
  run('embed', folder, '--out', out);
  return ['img_emb/img_emb_0.npy', 'text_emb/text_emb_0.npy'].map((name) =>
    readFileSync(path.join(out, name)),
  );
}

async function measured(...args: string[]): Promise<string> {
  const start = performance.now();
  const child = spawn('node', [MAIN, '--quiet', '--cache', cache, ...args], { stdio: 'ignore' });
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  }, 20);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  return `${seconds} s, ${Math.round(peak / 1024)} MB, exit ${String(code)}`;
}

async function listLarge(count: number): Promise<void> {
  const keys = Array.from({ length: count }, (_, i) => String(i).padStart(9, '0'));
  const caption = (key: string) => `a photo of the thing with the number ${key}`;
  const tar = path.join(work, 'large-tar');
  const parquet = path.join(work, 'large-parquet');
  for (const folder of [tar, parquet]) mkdirSync(folder);
  const members = keys.flatMap((key) => [
    { name: `${key}.jpg`, bytes: likeJpeg(key) },
    { name: `${key}.txt`, bytes: caption(key) },
  ]);
  writeFileSync(path.join(tar, '00000.tar'), tarOf(members.slice(0, count)));
  const columns = {
    pictures: { image: keys.map((key) => ({ bytes: likeJpeg(key), path: null })) },
    texts: { text: keys.map(caption) },
  };
  writeFileSync(path.join(parquet, 'a.parquet'), parquetOf(columns, { rowGroupSize: 1000 }));
  const empty = path.join(work, 'empty');
  mkdirSync(empty);
  writeFileSync(path.join(empty, 'a.jpg'), 'x');
  console.log(`nothing to list: ${await measured('inspect', empty)}`);
  console.log(`tar of ${count} members: ${await measured('inspect', tar)}`);
  console.log(`parquet of ${count} rows: ${await measured('inspect', parquet)}`);
}

/** @param args DATA [PAIRS] [ROWS] */
export async function measureArchives(args: readonly string[]): Promise<void> {
  const [data = '', pairs = '1000', rows = '100000'] = args;
  mkdirSync(work);
  try {
    const { files = '', ...archives } = write(readSamples(data, Number(pairs)));
    const expected = { said: auditOf(files), hits: searchOf(files), all: embeddingsOf(files) };
    for (const [name, folder] of Object.entries(archives)) {
      assert.deepEqual(auditOf(folder), expected.said);
      assert.deepEqual(searchOf(folder), expected.hits);
      assert.deepEqual(embeddingsOf(folder), expected.all);
      console.log(`${name}: audit, search and embed say the same of ${pairs} pairs as of files`);
    }
    await listLarge(Number(rows));
  } finally {
    rmSync(work, { recursive: true });
  }
}

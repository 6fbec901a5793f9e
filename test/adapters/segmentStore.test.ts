import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { openSegmentStore } from '../../src/adapters/segmentStore.ts';

const WRITER = `
import { openSegmentStore } from './src/adapters/segmentStore.ts';
const [folder, prefix, count] = process.argv.slice(1);
const log = { debug() {}, info() {}, warn: console.error, error: console.error };
const store = await openSegmentStore({ folder, log });
for (let i = 0; i < Number(count); i++) {
  store.put(prefix + i, new Uint8Array(2000).fill(i % 251));
  if (i % 50 === 49) { await store.flush(); console.log(i + 1); }
}
await store.close();
`;

function writer(folder: string, prefix: string, count: number) {
  return spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', WRITER, folder, prefix, String(count)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pairlens-store-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function openIn(folder: string, limitBytes?: number) {
  const warnings: string[] = [];
  const said: string[] = [];
  const log = {
    debug: () => undefined,
    info: (message: string) => void said.push(message),
    warn: (message: string) => void warnings.push(message),
    error: (message: string) => void warnings.push(message),
  };
  const store = await openSegmentStore({
    folder,
    log,
    ...(limitBytes !== undefined && { limitBytes }),
  });
  return { store, warnings, said };
}

const value = (i: number) => new Uint8Array(2000).fill(i % 251);
const segmentsIn = (folder: string): string[] =>
  readdirSync(path.join(folder, 'embeddings-v1'))
    .sort()
    .map((name) => path.join(folder, 'embeddings-v1', name));

async function onlySegment(folder: string): Promise<string> {
  const [file, ...others] = segmentsIn(folder);
  assert.ok(file);
  assert.deepEqual(others, []);
  return Promise.resolve(file);
}

/** Entries `k0` to `k<count - 1>`, in one segment. */
async function fill(folder: string, count: number, limitBytes?: number): Promise<void> {
  const { store } = await openIn(folder, limitBytes);
  for (let i = 0; i < count; i++) store.put(`k${i}`, value(i));
  await store.close();
}

/** How many of the entries are there; each of them must be right. */
async function found(folder: string, count: number) {
  const { store, warnings } = await openIn(folder);
  let found = 0;
  for (let i = 0; i < count; i++) {
    const got = store.get(`k${i}`);
    if (got === undefined) continue;
    assert.deepEqual(Buffer.from(got), Buffer.from(value(i)));
    found++;
  }
  return { found, store, warnings };
}

test('what was put is there at once, and after the store is opened again', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await openIn(folder);
  first.store.put('key', value(7));
  assert.deepEqual([...(first.store.get('key') ?? [])], [...value(7)]);
  await first.store.close();
  const { store, warnings } = await openIn(folder);
  assert.deepEqual([...(store.get('key') ?? [])], [...value(7)]);
  assert.equal(store.get('other'), undefined);
  assert.deepEqual(warnings, []);
  await store.close();
});

test('the last value put under a key is the one that is kept', async (t) => {
  const folder = await temporaryFolder(t);
  for (const n of [1, 2, 3]) {
    const { store } = await openIn(folder);
    store.put('key', value(n));
    await store.flush();
    store.put('key', value(10 * n));
    await store.close();
  }
  const { store } = await openIn(folder);
  assert.equal(store.get('key')?.[0], 30);
  assert.equal(store.stats().entries, 1);
  await store.close();
});

test('two processes that index at the same time lose nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const children = [writer(folder, 'a', 300), writer(folder, 'b', 300)];
  const ends = await Promise.all(children.map((child) => once(child, 'close')));
  assert.deepEqual(
    ends.map(([code]: unknown[]) => code),
    [0, 0],
  );
  const { store } = await openIn(folder);
  for (const prefix of ['a', 'b']) {
    for (let i = 0; i < 300; i++) assert.equal(store.get(`${prefix}${i}`)?.[0], i % 251);
  }
  await store.close();
});

test('what was flushed survives kill -9', async (t) => {
  const folder = await temporaryFolder(t);
  const child = writer(folder, 'k', 1_000_000);
  let flushed = 0;
  for await (const chunk of child.stdout) {
    flushed = Number(String(chunk).trim().split('\n').at(-1));
    if (flushed >= 200) break;
  }
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const { store, warnings } = await openIn(folder);
  assert.ok(flushed >= 200);
  for (let i = 0; i < flushed; i++) assert.equal(store.get(`k${i}`)?.[0], i % 251);
  assert.deepEqual(warnings, []);
  await store.close();
});

const COUNT = 400;
const damages: readonly [string, (whole: Buffer) => Buffer][] = [
  ['of something else', () => Buffer.alloc(50_000, 'garbage')],
  ['of zeros', () => Buffer.alloc(50_000)],
  ['cut off by half', (whole) => whole.subarray(0, whole.length / 2)],
  ['cut off by one byte', (whole) => whole.subarray(0, whole.length - 1)],
  ['overwritten inside', (whole) => Buffer.from(whole).fill(0x41, 16_384, whole.length - 4096)],
  ['without its listing', (whole) => Buffer.from(whole).fill(0, whole.length - 4096)],
  ['with pages of zeros', (whole) => Buffer.from(whole).fill(0, 8192)],
  [
    'with two entries exchanged',
    (whole) => {
      const size = 28 + 3 + 2000; // header, a key of three letters, value
      const [a, b] = [100, 200].map((n) => whole.indexOf(`k${n}`) - 28) as [number, number];
      const swapped = Buffer.from(whole);
      whole.copy(swapped, a, b, b + size);
      whole.copy(swapped, b, a, a + size);
      return swapped;
    },
  ],
];
for (const [name, damage] of damages) {
  test(`a segment ${name} yields nothing wrong, and is whole again after one run`, async (t) => {
    const folder = await temporaryFolder(t);
    await fill(folder, COUNT);
    const file = await onlySegment(folder);
    await writeFile(file, damage(await readFile(file)));
    const { store, found: whole } = await found(folder, COUNT);
    assert.ok(whole < COUNT || name.includes('listing') || name.includes('one byte'), `${whole}`);
    for (let i = 0; i < COUNT; i++)
      if (store.get(`k${i}`) === undefined) store.put(`k${i}`, value(i));
    await store.close();
    const again = await found(folder, COUNT);
    assert.equal(again.found, COUNT);
    assert.deepEqual(again.warnings, []);
    await again.store.close();
  });
}

test('every bit of a small store counts: none can change what is read', async (t) => {
  const folder = await temporaryFolder(t);
  const { store } = await openIn(folder);
  store.put('one', new Uint8Array([1, 2, 3]));
  store.put('two', new Uint8Array([4, 5, 6]));
  await store.close();
  const file = await onlySegment(folder);
  const whole = await readFile(file);
  for (let bit = 0; bit < 8 * whole.length; bit++) {
    const flipped = Buffer.from(whole);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    await writeFile(file, flipped);
    const opened = await openIn(folder);
    for (const [key, bytes] of Object.entries({ one: [1, 2, 3], two: [4, 5, 6] })) {
      const got = opened.store.get(key);
      if (got !== undefined) assert.deepEqual([...got], bytes, `bit ${bit}`);
    }
    await opened.store.close();
    for (const other of segmentsIn(folder)) if (other !== file) await rm(other);
  }
});

test('damage is told once', async (t) => {
  const folder = await temporaryFolder(t);
  await fill(folder, COUNT);
  const file = await onlySegment(folder);
  await writeFile(file, Buffer.from(await readFile(file)).fill(0x41, 10_000, 100_000));
  const { store, warnings } = await found(folder, COUNT);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /damaged.*encoded again/);
  await store.close();
});

test('a file that is damaged while the store is open yields nothing wrong', async (t) => {
  const folder = await temporaryFolder(t);
  await fill(folder, COUNT);
  const { store } = await openIn(folder);
  await truncate(await onlySegment(folder), 100_000);
  const there = Array.from({ length: COUNT }, (_, i) => store.get(`k${i}`)).filter(Boolean);
  assert.ok(there.length > 10 && there.length < 60, `${there.length}`);
  await store.close();
});

test('a folder that cannot be used costs one warning, and the run goes on in memory', async (t) => {
  const folder = await temporaryFolder(t);
  const blocked = path.join(folder, 'file');
  await writeFile(blocked, 'not a folder');
  const { store, warnings } = await openIn(path.join(blocked, 'cache'));
  store.put('key', value(9));
  await store.flush();
  assert.equal(store.get('key')?.[0], 9);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /--cache/);
  await store.close();
});

test(
  'a folder that everyone may write into is not used',
  { skip: process.platform === 'win32' },
  async (t) => {
    const folder = await temporaryFolder(t);
    await fill(folder, 3);
    chmodSync(path.join(folder, 'embeddings-v1'), 0o777);
    const { store, warnings } = await openIn(folder);
    assert.equal(store.get('k1'), undefined);
    assert.match(warnings.join('\n'), /every user of this machine may write into it.*--cache/);
    await assert.rejects(store.clear(), /cannot be changed: every user of this machine/);
    await store.close();
  },
);

test(
  'links, pipes, folders and strangers among the segments are left alone',
  { skip: process.platform === 'win32' },
  async (t) => {
    const folder = await temporaryFolder(t);
    await fill(folder, 3);
    const [file] = segmentsIn(folder);
    assert.ok(file);
    const named = (n: number) =>
      path.join(path.dirname(file), `zzzzzzzz${n}-1-0000000${n}.segment`);
    symlinkSync('/dev/zero', named(1));
    assert.equal(spawnSync('mkfifo', [named(2)]).status, 0);
    await mkdir(named(3));
    writeFileSync(path.join(path.dirname(file), 'notes.txt'), 'mine');
    await copyFile(file, path.join(path.dirname(file), 'copy of a.segment'));
    const { store, warnings } = await openIn(folder);
    assert.equal(store.get('k1')?.[0], 1);
    assert.equal(store.stats().entries, 3);
    assert.deepEqual(warnings, []);
    await store.close();
    assert.ok(existsSync(path.join(path.dirname(file), 'notes.txt')));
  },
);

test('a segment that is removed, or the whole folder, does not stop who writes into it', async (t) => {
  const folder = await temporaryFolder(t);
  const { store, warnings } = await openIn(folder);
  store.put('first', value(1));
  await store.flush();
  await rm(folder, { recursive: true });
  store.put('second', value(2));
  await store.flush();
  assert.equal(store.get('second')?.[0], 2);
  await store.close();
  const again = await openIn(folder);
  assert.equal(again.store.get('first'), undefined);
  assert.equal(again.store.get('second')?.[0], 2);
  assert.deepEqual([...warnings, ...again.warnings], []);
  await again.store.close();
});

test('a store that is cleared by another process goes on', async (t) => {
  const folder = await temporaryFolder(t);
  await fill(folder, 50);
  const reader = await openIn(folder);
  reader.store.put('own', value(1));
  await reader.store.flush();
  const other = await openIn(folder);
  await other.store.clear();
  assert.equal(other.store.stats().entries, 0);
  await other.store.close();
  assert.deepEqual(segmentsIn(folder), []);
  // It has the files open: what it knew is still right.
  assert.equal(reader.store.get('k7')?.[0], 7);
  reader.store.put('later', value(2));
  await reader.store.close();
  const again = await openIn(folder);
  assert.equal(again.store.get('later')?.[0], 2);
  assert.equal(again.store.stats().entries, 1);
  assert.deepEqual([...reader.warnings, ...again.warnings], []);
  await again.store.close();
});

test('the files of many runs become one, and nothing is lost', async (t) => {
  const folder = await temporaryFolder(t);
  for (let run = 0; run < 40; run++) {
    const { store } = await openIn(folder);
    store.put(`k${run}`, value(run));
    await store.close();
  }
  assert.ok(segmentsIn(folder).length < 20, `${segmentsIn(folder).length} files`);
  const { store, found: whole } = await found(folder, 40);
  assert.equal(whole, 40);
  await store.close();
});

test('above its limit the store forgets what was not used for longest', async (t) => {
  const folder = await temporaryFolder(t);
  const old = await openIn(folder, 200_000);
  for (let i = 0; i < 60; i++) {
    old.store.put(`old${i}`, value(i));
    await old.store.flush();
  }
  await old.store.close();
  const before = Date.now() / 1000 - 3 * 86_400;
  for (const file of segmentsIn(folder)) utimesSync(file, before, before);
  const { store } = await openIn(folder, 200_000);
  assert.ok(store.get('old3'));
  await store.flush();
  for (let i = 0; i < 45; i++) store.put(`new${i}`, value(i));
  await store.flush();
  assert.ok(store.stats().bytes <= 200_000);
  assert.equal(store.get('old0'), undefined);
  assert.ok(store.get('old3'), 'it was used today');
  assert.ok(store.get('new44'));
  await store.clear();
  assert.equal(store.stats().entries, 0);
  await store.close();
});

test('pruning keeps as much as it may', async (t) => {
  const folder = await temporaryFolder(t);
  await fill(folder, 100);
  const { store } = await openIn(folder);
  await store.prune(150_000);
  const { bytes, entries } = store.stats();
  assert.ok(bytes <= 150_000 && bytes > 140_000, `${bytes}`);
  assert.ok(entries > 65, `${entries}`);
  assert.ok(store.get('k99'), 'the last written stays');
  await store.prune(0);
  assert.equal(store.stats().entries, 0);
  await store.close();
  assert.deepEqual(segmentsIn(folder), []);
});

test('the file of an earlier version is removed, with one sentence', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['embeddings.mdb', 'embeddings.mdb-lock']) {
    await writeFile(path.join(folder, name), 'lmdb');
  }
  const first = await openIn(folder);
  await first.store.close();
  assert.deepEqual(readdirSync(folder), ['embeddings-v1']);
  assert.equal(first.said.length, 1);
  assert.match(first.said[0] ?? '', /Removed the cache of an earlier version/);
  const second = await openIn(folder);
  await second.store.close();
  assert.deepEqual([...second.said, ...second.warnings, ...first.warnings], []);
});

test('only its owner may read the store', { skip: process.platform === 'win32' }, async (t) => {
  const folder = await temporaryFolder(t);
  await fill(folder, 1);
  const file = await onlySegment(folder);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal((await stat(path.dirname(file))).mode & 0o777, 0o700);
});

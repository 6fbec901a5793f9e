import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { openLmdbStore } from '../../src/adapters/lmdbStore.ts';

const WRITER = `
import { openLmdbStore } from './src/adapters/lmdbStore.ts';
const [folder, prefix, count] = process.argv.slice(1);
const log = { debug() {}, info() {}, warn: console.error, error: console.error };
const store = openLmdbStore({ folder, log });
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

function openIn(folder: string, limitBytes?: number, today?: () => number) {
  const warnings: string[] = [];
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (message: string) => void warnings.push(message),
    error: (message: string) => void warnings.push(message),
  };
  const store = openLmdbStore({
    folder,
    log,
    ...(limitBytes !== undefined && { limitBytes }),
    ...(today !== undefined && { today }),
  });
  return { store, warnings };
}

const value = (i: number) => new Uint8Array(2000).fill(i % 251);

test('what was put is there at once, and after the store is opened again', async (t) => {
  const folder = await temporaryFolder(t);
  const first = openIn(folder);
  first.store.put('key', value(7));
  assert.deepEqual([...(first.store.get('key') ?? [])], [...value(7)]);
  await first.store.close();
  const { store, warnings } = openIn(folder);
  assert.deepEqual([...(store.get('key') ?? [])], [...value(7)]);
  assert.equal(store.get('other'), undefined);
  assert.deepEqual(warnings, []);
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
  const { store } = openIn(folder);
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
  const { store, warnings } = openIn(folder);
  assert.ok(flushed >= 200);
  for (let i = 0; i < flushed; i++) assert.equal(store.get(`k${i}`)?.[0], i % 251);
  assert.deepEqual(warnings, []);
  await store.close();
});

/** A store of 400 entries, as bytes. */
async function wholeStore(folder: string): Promise<Buffer> {
  const { store } = openIn(folder);
  for (let i = 0; i < 400; i++) store.put(`k${i}`, value(i));
  await store.close();
  return readFile(path.join(folder, 'embeddings.mdb'));
}

const damages: readonly [string, (whole: Buffer) => Buffer][] = [
  ['of something else', () => Buffer.alloc(50_000, 'garbage')],
  ['of zeros', () => Buffer.alloc(50_000)],
  ['of three bytes', () => Buffer.from('abc')],
  ['cut off by half', (whole) => whole.subarray(0, whole.length / 2)],
  ['cut off by a little', (whole) => whole.subarray(0, whole.length - 300_000)],
  ['overwritten inside', (whole) => Buffer.from(whole).fill(0x41, 16_384, whole.length - 4096)],
  [
    'with a damaged page under its entries',
    (whole) => Buffer.from(whole).fill(0x41, whole.length / 4, whole.length / 2),
  ],
  ['with pages of zeros', (whole) => Buffer.from(whole).fill(0, 8192)],
];
for (const [name, damage] of damages) {
  // lmdb ends the process over some of these, so the test would not merely fail.
  test(`a store ${name} is moved aside with one message, and begun anew`, async (t) => {
    const folder = await temporaryFolder(t);
    const file = path.join(folder, 'embeddings.mdb');
    await writeFile(file, damage(await wholeStore(await temporaryFolder(t))));
    const { store, warnings } = openIn(folder);
    for (let i = 0; i < 400; i++) store.get(`k${i}`);
    store.put('key', value(1));
    await store.flush();
    assert.equal(store.get('key')?.[0], 1);
    await store.close();
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /damaged.*moved/s);
    assert.ok((await readdir(folder)).includes('embeddings.mdb.damaged'));
    const next = openIn(folder);
    next.store.put('key', value(2));
    await next.store.close();
    const again = openIn(folder);
    assert.equal(again.store.get('key')?.[0], 2);
    assert.deepEqual([...next.warnings, ...again.warnings], []);
    await again.store.close();
  });
}

test('a folder that cannot be used costs one warning, and the run goes on in memory', async (t) => {
  const folder = await temporaryFolder(t);
  const blocked = path.join(folder, 'file');
  await writeFile(blocked, 'not a folder');
  const { store, warnings } = openIn(path.join(blocked, 'cache'));
  store.put('key', value(9));
  await store.flush();
  assert.equal(store.get('key')?.[0], 9);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /--cache/);
  await store.close();
});

test('above its limit the store forgets what was not used for longest', async (t) => {
  const folder = await temporaryFolder(t);
  let day = 1;
  const { store } = openIn(folder, 200_000, () => day);
  for (let i = 0; i < 20; i++) store.put(`old${i}`, value(i));
  await store.flush();
  day = 2;
  assert.ok(store.get('old3'));
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

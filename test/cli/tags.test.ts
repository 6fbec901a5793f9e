import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';

const CAPTIONS: Readonly<Record<string, string>> = {
  a: 'girl, long_hair, hat\n',
  b: '\uFEFFgirl, (long hair:1.2), grey hair\r\n',
  c: 'boy, long_hair, gray_hair, hat',
};

describe('pairlens tags', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let dir: string;
  let n = 0;

  before(async () => (folder = await temporaryFolder()));
  after(() => folder.remove());
  beforeEach(async () => {
    dir = path.join(folder.path, `set ${n++}`);
    await mkdir(dir);
    for (const [name, caption] of Object.entries(CAPTIONS)) {
      await writeFile(path.join(dir, `${name}.txt`), caption);
      await writeFile(path.join(dir, `${name}.jpg`), name);
    }
  });
  const text = (name: string): Promise<string> => readFile(path.join(dir, `${name}.txt`), 'utf8');

  test('lists tags with the number of their captions, without reading the images', async () => {
    const { status, stdout, stderr } = await pairlens(['tags', dir]);
    assert.equal(status, 0);
    assert.match(stdout, /^3 {2}long_hair\n2 {2}girl\n2 {2}hat\n/u);
    assert.match(stderr, /6 tags/u);
    const json = await pairlens(['tags', dir, '--json', '--limit', '1']);
    assert.deepEqual(JSON.parse(json.stdout), { tag: 'long_hair', captions: 3 });
  });

  test('merges tags: shows the diff, writes it, and takes it back', async () => {
    const change = ['tags', dir, '--rename', 'grey hair', 'gray_hair', '--to', 'silver hair'];
    const shown = await pairlens(change);
    assert.match(shown.stdout, /\n\+boy, long_hair, silver hair, hat\n/u);
    assert.match(shown.stderr, /2 files would change, 2 captions\. --write applies it/u);
    assert.equal(await text('c'), CAPTIONS['c']);
    const done = await pairlens([...change, '--write']);
    assert.equal(done.status, 0);
    assert.equal(await text('b'), '\uFEFFgirl, (long hair:1.2), silver hair\r\n');
    assert.equal(await text('c'), 'boy, long_hair, silver hair, hat');
    assert.equal(await text('a'), CAPTIONS['a']);
    await pairlens(['fix', dir, '--undo']);
    for (const [name, caption] of Object.entries(CAPTIONS)) assert.equal(await text(name), caption);
  });

  test('adds, removes and orders tags', async () => {
    await pairlens(['tags', dir, '--add', 'sks', '--write']);
    await pairlens(['tags', dir, '--first', 'sks', '--write']);
    assert.equal(await text('b'), '\uFEFFsks, girl, (long hair:1.2), grey hair\r\n');
    await pairlens(['tags', dir, '--remove', 'hat', '--write']);
    assert.equal(await text('a'), 'sks, girl, long_hair\n');
    await pairlens(['tags', dir, '--sort', 'name', '--write']);
    assert.equal(await text('c'), 'boy, gray_hair, long_hair, sks');
  });

  test('says what is wrong before it reads anything', async () => {
    const faults: readonly (readonly [readonly string[], RegExp])[] = [
      [['--rename', 'a'], /--rename and --to go together/u],
      [['--add', 'a', '--remove', 'b'], /One change at a time/u],
      [['--write'], /--write needs a change/u],
      [['match<x'], /Query, character 1/u],
    ];
    for (const [args, message] of faults) {
      const { status, stderr } = await pairlens(['tags', '/nowhere', ...args]);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, message);
    }
  });
});

import assert from 'node:assert/strict';
import { copyFile, cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';
import { fileBytes } from '../support/fileBytes.ts';
import { TOUR } from '../support/product.ts';

const NAMES = ['creek', 'dahlia', 'espresso', 'fig', 'pillow', 'windmill'] as const;

describe('images that leave their dataset', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let dir: string;
  let n = 0;

  before(async () => (folder = await temporaryFolder()));
  after(() => folder.remove());
  beforeEach(async () => {
    dir = path.join(folder.path, `set ${n++}`);
    await mkdir(path.join(dir, 'masks'), { recursive: true });
    for (const name of NAMES) {
      await copyFile(path.join(TOUR, `${name}.jpg`), path.join(dir, `${name}.jpg`));
      await copyFile(path.join(TOUR, `${name}.txt`), path.join(dir, `${name}.txt`));
      await copyFile(path.join(TOUR, `${name}.jpg`), path.join(dir, 'masks', `${name}.jpg`));
    }
  });

  /** All files but the journal. */
  const contents = (): Promise<Record<string, string>> => fileBytes(dir, { but: '.pairlens' });
  const moved = (files: Record<string, string>, name: string, to: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(files).map(([file, bytes]) => [
        new RegExp(`(^|/)${name}\\.`).test(file) ? path.join(to, file) : file,
        bytes,
      ]),
    );

  test('pairs go to a folder with captions and masks, and come back byte for byte', async () => {
    const old = await contents();
    const shown = await pairlens(['move', dir, 'name:fig.*', '--to', '.excluded']);
    assert.equal(shown.status, 0, shown.stderr);
    assert.match(
      shown.stdout,
      /rename from masks\/fig\.jpg\nrename to \.excluded\/masks\/fig\.jpg/u,
    );
    assert.deepEqual(await contents(), old);
    const { status, stdout } = await pairlens([
      ...['move', dir, 'name:fig.*', '--to', '.excluded', '--write'],
    ]);
    assert.equal(status, 0);
    assert.match(stdout, /^fig\.txt -> \.excluded\/fig\.txt$/mu);
    assert.deepEqual(await contents(), moved(old, 'fig', '.excluded'));
    assert.equal((await pairlens(['fix', dir, '--undo'])).status, 0);
    assert.deepEqual(await contents(), old);
  });

  test('a row leaves its table and becomes a text file beside the image; undo restores both', async () => {
    const rows = await Promise.all(
      NAMES.map(async (name) => {
        const text = (await readFile(path.join(dir, `${name}.txt`), 'utf8')).trim();
        return JSON.stringify({ file_name: `${name}.jpg`, text });
      }),
    );
    const set = path.join(dir, 'table');
    await mkdir(set);
    for (const name of NAMES)
      await copyFile(path.join(dir, `${name}.jpg`), path.join(set, `${name}.jpg`));
    await writeFile(path.join(set, 'metadata.jsonl'), `${rows.join('\r\n')}\r\n`);
    dir = set;
    const old = await contents();
    const query = ['move', dir, 'name:dahlia.jpg', '--to', '.excluded', '--write'];
    assert.equal((await pairlens(query)).status, 0);
    const table = await readFile(path.join(dir, 'metadata.jsonl'), 'utf8');
    assert.equal(table, `${rows.filter((row) => !row.includes('dahlia')).join('\r\n')}\r\n`);
    const caption = await readFile(path.join(dir, '.excluded/dahlia.txt'), 'utf8');
    assert.ok(rows.some((row) => row.includes(caption.trim())));
    assert.equal((await pairlens(['fix', dir, '--undo'])).status, 0);
    assert.deepEqual(await contents(), old);
  });

  test('of exact duplicates the one with the better caption stays', async () => {
    await cp(TOUR, dir, { recursive: true });
    await copyFile(path.join(dir, 'fig.jpg'), path.join(dir, 'a_copy.jpg'));
    await writeFile(path.join(dir, 'a_copy.txt'), 'A red bus in the rain.\n');
    const old = await contents();
    const fix = ['fix', dir, '--rule', 'exact-duplicate', '--move-to', '.twice'];
    const shown = await pairlens(fix);
    assert.match(shown.stdout, /rename from a_copy\.jpg\n/u);
    assert.doesNotMatch(shown.stdout, /rename from fig\.jpg\n/u);
    assert.deepEqual(await contents(), old);
    assert.equal((await pairlens([...fix, '--write'])).status, 0);
    const files = Object.keys(await contents());
    assert.ok(files.includes('.twice/a_copy.txt') && files.includes('fig.txt'));
    assert.equal((await pairlens(['fix', dir, '--undo'])).status, 0);
    assert.deepEqual(await contents(), old);
  });

  test('nothing is replaced, and a folder outside is refused', async () => {
    await mkdir(path.join(dir, '.excluded'));
    await writeFile(path.join(dir, '.excluded/fig.txt'), 'mine');
    const old = await contents();
    const query = ['move', dir, 'name:fig.*', '--write', '--to'];
    const taken = await pairlens([...query, '.excluded']);
    assert.equal(taken.status, 2);
    assert.match(taken.stderr, /fig\.txt already, so nothing was moved/u);
    const outside = await pairlens([...query, '../elsewhere']);
    assert.equal(outside.status, 2);
    assert.match(outside.stderr, /not a folder below/u);
    assert.deepEqual(await contents(), old);
    await assert.rejects(stat(path.join(dir, '../elsewhere')));
  });
});

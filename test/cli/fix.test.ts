import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';
import { fileBytes } from '../support/fileBytes.ts';
import { TOUR } from '../support/product.ts';

const FIXED = ['drum_kit.txt', 'espresso.txt', 'honey_bee.txt'];

describe('pairlens fix', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let dir: string;
  let n = 0;

  before(async () => (folder = await temporaryFolder()));
  after(() => folder.remove());
  beforeEach(async () => {
    dir = path.join(folder.path, `tour ${n++}`);
    await cp(TOUR, dir, { recursive: true });
  });

  /** All files but the journal. */
  const contents = (): Promise<Record<string, string>> => fileBytes(dir, { but: '.pairlens' });

  test('prints a diff that git applies, and changes nothing', async () => {
    await writeFile(
      path.join(dir, 'honey_bee.txt'),
      Buffer.from(
        'An electric guitar leans against a drum kit in a rehearsal room full of cables.',
      ),
    );
    const old = await contents();
    const { status, stdout, stderr } = await pairlens(['fix', dir, '--rule', 'captions-swapped']);
    assert.equal(status, 0);
    assert.deepEqual(await contents(), old);
    assert.match(stderr, /2 files would change, for 2 captions-swapped\. --write applies it/u);
    const git = spawnSync('git', ['apply', '--check', '-'], { cwd: dir, input: stdout });
    assert.equal(git.status, 0, git.stderr.toString());
    spawnSync('git', ['apply', '-'], { cwd: dir, input: stdout });
    const bee = await readFile(path.join(dir, 'honey_bee.txt'), 'utf8');
    assert.match(bee, /^A honey bee/u);
  });

  test('writes what needs no choice, and takes it back byte for byte', async () => {
    await chmod(path.join(dir, 'drum_kit.txt'), 0o640);
    const old = await contents();
    const { status, stdout, stderr } = await pairlens(['fix', dir, '--write']);
    assert.equal(status, 0);
    assert.deepEqual(stdout.trim().split('\n').sort(), FIXED);
    // For one of the three whether a caption is worth suggesting is within the rounding of processors.
    assert.match(stderr, /caption-mismatch: [23] fixes left to you/u);
    const now = await contents();
    const different = Object.keys(now).filter((file) => now[file] !== old[file]);
    assert.deepEqual(different.sort(), FIXED);
    assert.equal((await stat(path.join(dir, 'drum_kit.txt'))).mode & 0o777, 0o640);
    assert.match(await readFile(path.join(dir, 'espresso.txt'), 'utf8'), /red café cup/u);
    const undone = await pairlens(['fix', dir, '--undo']);
    assert.equal(undone.status, 0);
    assert.match(undone.stderr, /3 files as before/u);
    assert.deepEqual(await contents(), old);
    const again = await pairlens(['fix', dir, '--undo']);
    assert.equal(again.status, 2);
    assert.match(again.stderr, /no run to take back/u);
  });

  test('never writes a suggested caption without being asked for it', async () => {
    const old = await contents();
    const { stdout } = await pairlens(['fix', dir, '--rule', 'caption-mismatch', '--write']);
    assert.equal(stdout, '');
    assert.deepEqual(await contents(), old);
    const asked = ['fix', dir, '--rule', 'caption-mismatch', '--suggestions', 'first'];
    assert.match((await pairlens(asked)).stdout, /^\+A plate of sushi/mu);
  });

  test('images that share a caption get one each, by a diff that git applies, and it is taken back', async () => {
    const old = await contents();
    const rule = ['fix', dir, '--rule', 'ambiguous-pair'];
    const shown = await pairlens(rule);
    assert.deepEqual(await contents(), old);
    // Git has the images of a repository, a plain folder has not: it checks the copy only.
    const copy = shown.stdout.slice(0, shown.stdout.indexOf('diff --git a/windmill.png'));
    const git = spawnSync('git', ['apply', '-'], { cwd: dir, input: copy });
    assert.equal(git.status, 0, git.stderr.toString());
    assert.equal((await contents())['windmill_png.txt'], old['windmill.txt']);
    await rm(path.join(dir, 'windmill_png.txt'));

    const { status, stdout } = await pairlens([...rule, '--write']);
    assert.equal(status, 0);
    assert.deepEqual(stdout.trim().split('\n').sort(), [
      'windmill.png -> windmill_png.png',
      'windmill_png.txt',
    ]);
    const { 'windmill.png': image, ...others } = old;
    const separated = { 'windmill_png.png': image, 'windmill_png.txt': old['windmill.txt'] };
    assert.deepEqual(await contents(), { ...others, ...separated });
    const audit = await pairlens(['audit', dir, '--format', 'json', '--fail-on', 'never']);
    assert.ok(!audit.stdout.includes('ambiguous-pair'));

    assert.equal((await pairlens(['fix', dir, '--undo'])).status, 0);
    assert.deepEqual(await contents(), old);
  });

  test('a copy of a caption never takes the place of a file that is there', async () => {
    await writeFile(path.join(dir, 'windmill_png.txt'), 'A note of mine.\n');
    const old = await contents();
    const { status } = await pairlens(['fix', dir, '--rule', 'ambiguous-pair', '--write']);
    assert.equal(status, 2);
    assert.deepEqual(await contents(), old);
  });

  test('a file that may not be written stops the run, and nothing is changed', async () => {
    await chmod(path.join(dir, 'honey_bee.txt'), 0o444);
    const old = await contents();
    const { status, stderr } = await pairlens(['fix', dir, '--write']);
    assert.equal(status, 2);
    assert.match(stderr, /Nothing was changed: .*honey_bee\.txt is read-only/u);
    assert.deepEqual(await contents(), old);
    assert.deepEqual(await readdir(path.join(dir, '.pairlens')), []);
  });

  test('is not taken back over later work', async () => {
    await pairlens(['fix', dir, '--write']);
    await writeFile(path.join(dir, 'honey_bee.txt'), 'A bee on a flower.\n');
    const now = await contents();
    const { status, stderr } = await pairlens(['fix', dir, '--undo']);
    assert.equal(status, 2);
    assert.match(stderr, /honey_bee\.txt was changed after the run, so nothing was taken back/u);
    assert.deepEqual(await contents(), now);
  });

  test('says which options do not go together, and which rules there are', async () => {
    assert.match((await pairlens(['fix', dir, '--undo', '--write'])).stderr, /no other option/u);
    const { status, stderr } = await pairlens(['fix', dir, '--rule', 'captions']);
    assert.equal(status, 2);
    assert.match(stderr, /There is no rule "captions"\. Choose from .*captions-swapped/u);
  });
});

import assert from 'node:assert/strict';
import { lstat, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { nodeOutputFiles } from '../../src/adapters/nodeOutputFiles.ts';
import { PairLensError } from '../../src/core/errors.ts';

describe('output files', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pairlens-output-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('a file is replaced as a whole, and nothing else is left beside it', async () => {
    const file = path.join(folder, 'out.json');
    await writeFile(file, 'a much longer old content');
    await nodeOutputFiles.write(file, ['ne', new Uint8Array([0x77]), '€']);
    assert.equal(await readFile(file, 'utf8'), 'new€');
    assert.deepEqual(await readdir(folder), ['out.json']);
  });

  test('where the content fails half-way the old file stays', async () => {
    const file = path.join(folder, 'out.json');
    await writeFile(file, 'old');
    function* failing(): Generator<string> {
      yield 'x'.repeat(1_000_000);
      throw new RangeError('no more');
    }
    await assert.rejects(nodeOutputFiles.write(file, failing()), RangeError);
    assert.equal(await readFile(file, 'utf8'), 'old');
    assert.deepEqual(await readdir(folder), ['out.json']);
  });

  test('a link keeps pointing to the file that is replaced', async () => {
    const target = path.join(folder, 'target.json');
    const link = path.join(folder, 'link.json');
    await writeFile(target, 'old');
    await symlink(target, link);
    await nodeOutputFiles.write(link, ['new']);
    assert.ok((await lstat(link)).isSymbolicLink());
    assert.equal(await readFile(target, 'utf8'), 'new');
  });

  test('a device is written to and stays a device', async () => {
    await nodeOutputFiles.assertWritable('/dev/null');
    await nodeOutputFiles.write('/dev/null', ['gone']);
    assert.ok((await lstat('/dev/null')).isCharacterDevice());
  });

  test('a full disk is a write failure with a remedy, not a crash', async (t) => {
    if (process.platform !== 'linux') {
      t.skip('/dev/full is a Linux device');
      return;
    }
    await assert.rejects(nodeOutputFiles.write('/dev/full', ['x'.repeat(100_000)]), (error) => {
      assert.ok(PairLensError.is(error, 'write-failed'));
      assert.match(error.remedy ?? '', /disk is full/);
      return true;
    });
  });

  test('a missing folder, a folder in place of a file and a file in place of a folder are found early', async () => {
    await mkdir(path.join(folder, 'sub'));
    await writeFile(path.join(folder, 'file'), '');
    for (const name of ['none/out.json', 'sub', 'file/out.json']) {
      const file = path.join(folder, name);
      await assert.rejects(nodeOutputFiles.assertWritable(file), (error) => {
        assert.ok(PairLensError.is(error, 'write-failed'));
        assert.equal(error.path, file);
        assert.ok(error.remedy);
        return true;
      });
    }
    await assert.rejects(nodeOutputFiles.prepareFolder(path.join(folder, 'file')), {
      code: 'write-failed',
    });
  });

  test('asking whether a file can be written leaves no trace', async () => {
    const file = path.join(folder, 'out.json');
    await nodeOutputFiles.assertWritable(file);
    assert.deepEqual(await readdir(folder), []);
    await writeFile(file, 'old');
    await nodeOutputFiles.assertWritable(file);
    assert.equal(await readFile(file, 'utf8'), 'old');
  });
});

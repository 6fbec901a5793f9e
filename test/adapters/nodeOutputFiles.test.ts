import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryBeside } from '../../src/adapters/temporaryFile.ts';
import { nodeOutputFiles } from '../../src/adapters/nodeOutputFiles.ts';
import { PairLensError } from '../../src/core/errors.ts';

const run = promisify(execFile);

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

  test('a link into another folder is refused before anything is written, as is one to nothing', async () => {
    await mkdir(path.join(folder, 'home'));
    const secret = path.join(folder, 'home/.bashrc');
    await writeFile(secret, 'mine');
    await mkdir(path.join(folder, 'set'));
    for (const target of [secret, path.join(folder, 'home/nothing')]) {
      const file = path.join(folder, 'set/report.json');
      await symlink(target, file);
      for (const write of [
        () => nodeOutputFiles.assertWritable(file),
        () => nodeOutputFiles.write(file, ['x']),
      ]) {
        await assert.rejects(write, (error) => {
          assert.ok(PairLensError.is(error, 'write-failed'));
          assert.equal(error.message, `${file} is a link to ${target}.`);
          assert.equal(error.remedy, 'Name that file, or delete the link.');
          return true;
        });
      }
      await rm(file);
    }
    assert.equal(await readFile(secret, 'utf8'), 'mine');
    assert.deepEqual(await readdir(path.join(folder, 'home')), ['.bashrc']);
  });

  test('a file keeps its mode, and one with several hard links is refused early', async (t) => {
    const file = path.join(folder, 'out.json');
    await writeFile(file, 'old');
    if (process.platform !== 'win32') {
      await chmod(file, 0o600);
      await nodeOutputFiles.write(file, ['new']);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
    } else t.diagnostic('no modes here');
    await link(file, path.join(folder, 'other.json'));
    await assert.rejects(nodeOutputFiles.assertWritable(file), /has 2 names \(hard links\)/);
    await assert.rejects(nodeOutputFiles.write(file, ['x']), /has 2 names \(hard links\)/);
  });

  test(
    'what the program was started with is written to, whether a pipe or a file',
    { skip: process.platform === 'win32' ? 'no /dev here' : false },
    async () => {
      const script = `
        import { nodeOutputFiles } from ${JSON.stringify(new URL('../../src/adapters/nodeOutputFiles.ts', import.meta.url).href)};
        await nodeOutputFiles.assertWritable('/dev/fd/1');
        await nodeOutputFiles.write('/dev/fd/1', ['to', ' stdout']);
      `;
      const args = ['--import', 'tsx', '--input-type=module', '-e', script];
      const before = await readdir('/dev');
      const piped = await run('sh', ['-c', '"$0" "$@" | cat', process.execPath, ...args]);
      assert.equal(piped.stdout, 'to stdout');
      const file = path.join(folder, 'redirected');
      await run('sh', [
        '-c',
        `echo first > '${file}'; "$0" "$@" >> '${file}'`,
        process.execPath,
        ...args,
      ]);
      assert.equal(await readFile(file, 'utf8'), 'first\nto stdout');
      assert.deepEqual(await readdir('/dev'), before);
    },
  );

  test(
    'a named pipe is written to and stays a pipe',
    { skip: process.platform === 'win32' ? 'no pipes here' : false },
    async () => {
      const file = path.join(folder, 'pipe');
      await run('mkfifo', [file]);
      await nodeOutputFiles.assertWritable(file);
      const [{ stdout }] = await Promise.all([
        run('cat', [file]),
        nodeOutputFiles.write(file, ['through the pipe']),
      ]);
      assert.equal(stdout, 'through the pipe');
      assert.ok((await lstat(file)).isFIFO());
    },
  );

  test('what a killed process left is cleared by the next one; what lives or is not ours stays', async () => {
    const file = path.join(folder, 'out.json');
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const own = path.basename(temporaryBeside(file));
    const dead = own.replace(`.${process.pid}-`, `.${child.pid}-`);
    const foreign = own.replace(/-[\da-f]{8}-/, '-00000000-');
    const old = foreign.replace(/[\da-f]{12}/, '000000000000');
    const others = ['.out.json.backup.tmp', `.other.json${dead.slice('.out.json'.length)}`];
    for (const name of [own, dead, foreign, old, ...others]) {
      await writeFile(path.join(folder, name), '');
      if (name !== foreign) await utimes(path.join(folder, name), 0, 0);
    }
    await nodeOutputFiles.assertWritable(file);
    assert.deepEqual((await readdir(folder)).sort(), [own, foreign, ...others].sort());
  });
});

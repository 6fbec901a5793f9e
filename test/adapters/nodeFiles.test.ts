import assert from 'node:assert/strict';
import {
  chmod,
  chown,
  link,
  lstat,
  realpath,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { ownMark } from '../../src/adapters/temporaryFile.ts';
import { nodeFiles } from '../../src/adapters/nodeFiles.ts';
import { PairLensError } from '../../src/core/errors.ts';
import type { ListProblem, OutsideLink } from '../../src/core/ports.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'pairlens-files-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const at = (name: string) => path.join(dir, name);

async function write(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(path.dirname(at(name)), { recursive: true });
    await writeFile(at(name), name);
  }
}

/** Whether the platform has named pipes and devices in its file system. */
const hasSpecialFiles = process.platform === 'win32' ? 'no special files here' : false;

async function makePipe(name: string): Promise<void> {
  await run('mkfifo', [at(name)]);
}

async function makeSocket(name: string): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(at(name), resolve));
  return server;
}

async function walk(root = dir, signal?: AbortSignal) {
  const problems: ListProblem[] = [];
  const files: string[] = [];
  const links: OutsideLink[] = [];
  const entries = nodeFiles.walk(root, {
    skipFolder: (name) => name.startsWith('.'),
    onProblem: (problem) => problems.push(problem),
    onOutsideLink: (link) => links.push(link),
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const entry of entries) files.push(path.relative(root, entry.path));
  return {
    files,
    problems: problems.map(({ path: file, reason }) => [path.relative(root, file), reason]),
    links: links.map(({ path: link, target, kind }) => [
      path.relative(root, link),
      path.relative(root, target),
      kind,
    ]),
  };
}

/** Whether permission bits bind this user; they do not bind root. */
const boundByPermissions = process.platform !== 'win32' && process.getuid?.() !== 0;

describe('walking', () => {
  test('lists files depth first and sorted, skipping folders as told', async () => {
    await write('b.txt', 'a/z.txt', 'a/b/c.txt', '.git/x', 'we ird "🐕"\n#%.txt');
    assert.deepEqual(await walk(), {
      files: ['a/b/c.txt', 'a/z.txt', 'b.txt', 'we ird "🐕"\n#%.txt'],
      problems: [],
      links: [],
    });
  });

  test('follows links to files and folders, and lists no folder twice', async () => {
    await write('outer/x.txt', 'set/photos/y.txt');
    await symlink(at('outer'), at('set/linked'));
    await symlink(at('outer'), at('set/linked again'));
    await symlink(at('set/photos'), at('set/alias'));
    await symlink(at('outer/x.txt'), at('set/file.txt'));
    assert.deepEqual(await walk(at('set')), {
      files: ['file.txt', 'linked/x.txt', 'photos/y.txt'],
      problems: [],
      links: [
        ['file.txt', '../outer/x.txt', 'file'],
        ['linked', '../outer', 'folder'],
      ],
    });
  });

  test('tells of each link that leads out once: not of what lies behind it, not of those within', async () => {
    await write('blobs/1', 'blobs/2', 'elsewhere/y.txt', 'set/own.txt');
    await symlink(at('blobs/1'), at('set/one.jpg'));
    await symlink('own.txt', at('set/alias.txt'));
    await symlink(at('elsewhere'), at('set/more'));
    await symlink('y.txt', at('elsewhere/again.txt'));
    await symlink(at('blobs/2'), at('elsewhere/two.jpg'));
    await symlink(at('set'), at('opened'));
    const { links, files, problems } = await walk(at('opened'));
    assert.deepEqual(files, [
      ...['alias.txt', 'more/again.txt', 'more/two.jpg', 'more/y.txt', 'one.jpg', 'own.txt'],
    ]);
    assert.deepEqual(problems, []);
    assert.deepEqual(links, [
      ['more', '../elsewhere', 'folder'],
      ['more/two.jpg', '../blobs/2', 'file'],
      ['one.jpg', '../blobs/1', 'file'],
    ]);
  });

  test(
    'lists no named pipe, socket or device, and tells of each',
    { skip: hasSpecialFiles },
    async () => {
      await write('x.txt');
      await makePipe('pipe.txt');
      await symlink('pipe.txt', at('to-pipe.txt'));
      await symlink('/dev/zero', at('zero.jpg'));
      const server = await makeSocket('socket.json');
      const { files, problems } = await walk();
      server.close();
      assert.deepEqual(files, ['x.txt']);
      assert.deepEqual(problems, [
        ['pipe.txt', 'named-pipe'],
        ['socket.json', 'socket'],
        ['to-pipe.txt', 'named-pipe'],
        ['zero.jpg', 'device'],
      ]);
    },
  );

  test('tells of loops and broken links and goes on', async () => {
    await write('set/a/x.txt', 'stranger.txt');
    await symlink('..', at('set/a/up'));
    await symlink('../..', at('set/a/above'));
    await symlink('self', at('set/self'));
    await symlink('nowhere', at('set/lost.jpg'));
    assert.deepEqual(await walk(at('set')), {
      files: ['a/x.txt'],
      problems: [
        ['a/above', 'link-loop'],
        ['a/up', 'link-loop'],
        ['lost.jpg', 'broken-link'],
        ['self', 'link-loop'],
      ],
      links: [],
    });
  });

  test(
    'tells of a folder without permission and goes on',
    { skip: boundByPermissions ? false : 'this user may read everything' },
    async () => {
      await write('locked/x.txt', 'y.txt');
      await chmod(at('locked'), 0);
      const listed = await walk();
      await chmod(at('locked'), 0o700);
      assert.deepEqual(listed.problems, [['locked', 'no-permission']]);
      assert.deepEqual(listed.files, ['y.txt']);
    },
  );

  test('of a folder that is not there says so; a cancelled one stops', async () => {
    await assert.rejects(walk(at('nowhere')), { code: 'unreadable-file', path: at('nowhere') });
    await write('x.txt');
    await assert.rejects(walk(dir, AbortSignal.abort()), { code: 'cancelled' });
  });
});

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) assert.ok(chunk.length > 0);
}

describe('reading', () => {
  test('gives the bytes whole or in chunks, and facts about the file', async () => {
    const bytes = Buffer.alloc(700_000, '犬🐕');
    await writeFile(at('big'), bytes);
    assert.ok(bytes.equals(await nodeFiles.read(at('big'))));
    const chunks: Uint8Array[] = [];
    for await (const chunk of nodeFiles.stream(at('big'))) chunks.push(chunk);
    assert.ok(chunks.length > 1 && bytes.equals(Buffer.concat(chunks)));
    const facts = await nodeFiles.stat(at('big'));
    assert.equal(facts.bytes, bytes.length);
    assert.equal(facts.kind, 'file');
    assert.equal((await nodeFiles.stat(dir)).kind, 'folder');
    assert.equal(await nodeFiles.exists(at('big')), true);
    assert.equal(await nodeFiles.exists(at('small')), false);
  });

  test('of what cannot be read names the file and the remedy', async () => {
    const missing = { name: 'PairLensError', code: 'unreadable-file', path: at('gone') };
    await assert.rejects(nodeFiles.read(at('gone')), missing);
    await assert.rejects(nodeFiles.stat(at('gone')), missing);
    await assert.rejects(async () => {
      for await (const chunk of nodeFiles.stream(at('gone'))) assert.fail(String(chunk));
    }, missing);
    await assert.rejects(nodeFiles.read(dir), {
      code: 'unreadable-file',
      message: `${dir} is a folder, not a file.`,
    });
  });

  test(
    'never waits for a pipe, a socket or a device: each is refused by name',
    { skip: hasSpecialFiles, timeout: 20_000 },
    async () => {
      await makePipe('pipe');
      await symlink('/dev/zero', at('zero'));
      const server = await makeSocket('socket');
      const kinds = { pipe: 'a named pipe', zero: 'a device', socket: 'a socket' };
      for (const [name, kind] of Object.entries(kinds)) {
        const refused = {
          name: 'PairLensError',
          code: 'unreadable-file',
          path: at(name),
          message: `${at(name)} is ${kind}, not a file.`,
        };
        await assert.rejects(nodeFiles.read(at(name)), refused);
        await assert.rejects(drain(nodeFiles.stream(at(name))), refused);
        assert.equal((await nodeFiles.stat(at(name))).kind, 'special');
        assert.equal(await nodeFiles.exists(at(name)), true);
      }
      server.close();
    },
  );

  test('of a file above the limit reads nothing, and says which limit', async () => {
    await writeFile(at('big'), Buffer.alloc(3 * 2 ** 20));
    const limit = { maxBytes: 2 * 2 ** 20 };
    const refused = {
      code: 'unreadable-file',
      path: at('big'),
      message: `${at('big')} is too large: it has 3 MB, and at most 2 MB are read.`,
    };
    await assert.rejects(nodeFiles.read(at('big'), limit), refused);
    await assert.rejects(drain(nodeFiles.stream(at('big'), limit)), refused);
    assert.equal((await nodeFiles.read(at('big'), { maxBytes: 3 * 2 ** 20 })).length, 3 * 2 ** 20);
    // Sparse: it takes no room on the disk, and would take 600 GB of memory.
    await truncate(at('big'), 600 * 2 ** 30);
    await assert.rejects(nodeFiles.read(at('big')), /it has 614400 MB, and at most 512 MB/);
  });

  test('holds to the limit where a file is longer than it says', async (t) => {
    if (process.platform !== 'linux') {
      t.skip('/proc is of Linux');
      return;
    }
    assert.equal((await stat('/proc/self/maps')).size, 0);
    assert.ok((await nodeFiles.read('/proc/self/maps')).length > 1000);
    await assert.rejects(nodeFiles.read('/proc/self/maps', { maxBytes: 1000 }), /too large/);
    await assert.rejects(
      drain(nodeFiles.stream('/proc/self/maps', { maxBytes: 1000 })),
      /too large/,
    );
  });
});

describe('changing a file', () => {
  const put = (name: string, text: string, folder = dir) =>
    nodeFiles.update(at(name), folder, () => Buffer.from(text));

  test('replaces the content, keeps the mode and leaves nothing else behind', async () => {
    await write('a.txt');
    await chmod(at('a.txt'), 0o640);
    await nodeFiles.update(at('a.txt'), dir, (before) => {
      assert.equal(String(before), 'a.txt');
      return Buffer.from('new');
    });
    assert.equal(await readFile(at('a.txt'), 'utf8'), 'new');
    if (process.platform !== 'win32') assert.equal((await stat(at('a.txt'))).mode & 0o777, 0o640);
    assert.deepEqual(await readdir(dir), ['a.txt']);
  });

  test(
    'keeps owner and group of a file that belongs to somebody else',
    { skip: process.getuid?.() === 0 ? false : 'only the superuser gives files away' },
    async () => {
      await write('a.txt');
      await chown(at('a.txt'), 12345, 23456);
      await chmod(at('a.txt'), 0o4755);
      await put('a.txt', 'new');
      const { uid, gid, mode } = await stat(at('a.txt'));
      assert.deepEqual([uid, gid, mode & 0o7777], [12345, 23456, 0o4755]);
    },
  );

  test('makes the file with its folders, and takes it away', async () => {
    await put('deep/er/a.txt', 'new');
    assert.equal(await readFile(at('deep/er/a.txt'), 'utf8'), 'new');
    await nodeFiles.update(at('deep/er/a.txt'), dir, () => undefined);
    assert.deepEqual(await readdir(at('deep/er')), []);
    await nodeFiles.update(at('deep/er/a.txt'), dir, (before) => before);
    assert.deepEqual(await readdir(at('deep/er')), []);
    await write('file');
    await assert.rejects(put('file/below/a.txt', 'x'), { code: 'write-failed' });
  });

  test('through a link within the folder changes the file it leads to', async () => {
    await write('real/a.txt');
    await symlink('real/a.txt', at('link.txt'));
    await put('link.txt', 'new');
    assert.equal(await readFile(at('real/a.txt'), 'utf8'), 'new');
    assert.ok((await lstat(at('link.txt'))).isSymbolicLink());
  });

  test('through a link out of the folder is refused, of whatever kind the link is', async () => {
    await write('set/x.txt', 'outside/secret', 'outside/kept/x');
    await symlink(at('outside/secret'), at('set/file'));
    await symlink('../outside/nothing-yet', at('set/dangling'));
    await symlink(at('outside/kept'), at('set/folder'));
    await symlink('dangling', at('set/twice'));
    const leads = {
      file: 'outside/secret',
      dangling: 'outside/nothing-yet',
      'folder/decisions.jsonl': 'outside/kept/decisions.jsonl',
      'folder/not/yet/there': 'outside/kept/not/yet/there',
      twice: 'outside/nothing-yet',
      '../outside/secret': 'outside/secret',
    };
    for (const [name, target] of Object.entries(leads)) {
      const file = path.join(dir, 'set', name);
      assert.equal(await nodeFiles.outsideTarget(file, at('set')), await realOf(target), name);
      await assert.rejects(
        nodeFiles.update(file, at('set'), () => Buffer.from('x')),
        (error) => {
          assert.ok(PairLensError.is(error, 'write-failed'));
          return error.message.includes('outside of the opened folder');
        },
      );
    }
    assert.deepEqual(await readdir(at('outside')), ['kept', 'secret']);
    assert.deepEqual(await readdir(at('outside/kept')), ['x']);
    assert.equal(await readFile(at('outside/secret'), 'utf8'), 'outside/secret');
    await symlink(at('set'), at('opened'));
    assert.equal(await nodeFiles.outsideTarget(at('opened/x.txt'), at('opened')), undefined);
    assert.equal(await nodeFiles.outsideTarget(at('opened/new/y'), at('opened')), undefined);
  });

  test('with several hard links is refused: the other name would keep the old bytes', async () => {
    await write('a.txt');
    await link(at('a.txt'), at('b.txt'));
    await assert.rejects(put('a.txt', 'new'), /has 2 names \(hard links\)/);
    assert.equal(await readFile(at('b.txt'), 'utf8'), 'a.txt');
    assert.deepEqual(await readdir(dir), ['a.txt', 'b.txt']);
  });

  test(
    'that is a pipe or a device is refused, and a lock that is one does no harm',
    { skip: hasSpecialFiles, timeout: 60_000 },
    async () => {
      await makePipe('pipe');
      await assert.rejects(put('pipe', 'x'), /is a named pipe, not a file/);
      await makePipe('.a.txt.lock');
      await put('a.txt', 'new');
      assert.deepEqual((await readdir(dir)).sort(), ['a.txt', 'pipe']);
    },
  );

  test('that fails leaves the old content, no litter, and a message with the file', async () => {
    await mkdir(at('folder'));
    await write('a.txt');
    await assert.rejects(put('folder', 'x'), { name: 'PairLensError', path: at('folder') });
    const failure = new PairLensError('unsupported-format', 'no');
    await assert.rejects(
      nodeFiles.update(at('a.txt'), dir, () => {
        throw failure;
      }),
      failure,
    );
    assert.deepEqual(await readdir(dir), ['a.txt', 'folder']);
    assert.equal(await readFile(at('a.txt'), 'utf8'), 'a.txt');
  });

  test('of many processes none is lost, and nothing but the file is left', async () => {
    const [writers, each] = [4, 40];
    await Promise.all(Array.from({ length: writers }, (_, w) => appendLines(`w${w}`, each)));
    const lines = (await readFile(at('lines'), 'utf8')).trimEnd().split('\n');
    assert.equal(new Set(lines).size, writers * each);
    assert.equal(lines.length, writers * each);
    assert.deepEqual(await readdir(dir), ['lines']);
  });

  test(
    'waits for no lock that this process itself could not remove',
    { timeout: 9000 },
    async () => {
      await writeFile(at('.a.txt.lock'), ownMark());
      await Promise.all([put('a.txt', '1'), put('a.txt', '2'), put('a.txt', '3')]);
      // Which of them is last is not promised.
      assert.match(await readFile(at('a.txt'), 'utf8'), /^[123]$/);
      assert.deepEqual(await readdir(dir), ['a.txt']);
    },
  );

  test('takes over from a process that was killed in the middle, and clears what it left', async () => {
    await appendLines('first', 1);
    const { stdout } = await run(process.execPath, [...WRITER, 'die', at('lines')]).catch(
      (error: unknown) => error as { stdout: string },
    );
    assert.equal(stdout, 'locked');
    assert.deepEqual((await readdir(dir)).length, 3, 'the lock and the temporary file');
    await put('lines', 'new');
    assert.deepEqual(await readdir(dir), ['lines']);
    assert.equal(await readFile(at('lines'), 'utf8'), 'new');
  });
});

const WRITER = ['--import', 'tsx', path.join(import.meta.dirname, '../support/fileWriter.ts')];
const run = promisify(execFile);

function appendLines(name: string, count: number): Promise<unknown> {
  return run(process.execPath, [...WRITER, 'append', at('lines'), name, String(count)]);
}

async function realOf(name: string): Promise<string> {
  return path.join(await realpath(dir), name);
}

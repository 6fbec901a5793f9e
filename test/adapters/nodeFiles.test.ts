import assert from 'node:assert/strict';
import {
  chmod,
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
import { nodeFiles } from '../../src/adapters/nodeFiles.ts';
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
  await promisify(execFile)('mkfifo', [at(name)]);
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

describe('writing', () => {
  test('replaces the content, keeps the mode and leaves nothing else behind', async () => {
    await write('a.txt');
    await chmod(at('a.txt'), 0o640);
    await nodeFiles.writeAtomically(at('a.txt'), Buffer.from('new'));
    assert.equal(await readFile(at('a.txt'), 'utf8'), 'new');
    if (process.platform !== 'win32') assert.equal((await stat(at('a.txt'))).mode & 0o777, 0o640);
    assert.deepEqual(await readdir(dir), ['a.txt']);
  });

  test('into a folder that was made for it', async () => {
    await nodeFiles.makeFolder(at('deep/er'));
    await nodeFiles.makeFolder(at('deep/er'));
    await nodeFiles.writeAtomically(at('deep/er/a.txt'), Buffer.from('new'));
    assert.equal(await readFile(at('deep/er/a.txt'), 'utf8'), 'new');
    await write('file');
    await assert.rejects(nodeFiles.makeFolder(at('file/below')), { code: 'write-failed' });
  });

  test('through a link changes the file it leads to', async () => {
    await write('real/a.txt');
    await symlink('real/a.txt', at('link.txt'));
    await nodeFiles.writeAtomically(at('link.txt'), Buffer.from('new'));
    assert.equal(await readFile(at('real/a.txt'), 'utf8'), 'new');
    assert.deepEqual((await readdir(at('real'))).concat(await readdir(dir)).sort(), [
      ...['a.txt', 'link.txt', 'real'],
    ]);
  });

  test('that fails leaves the old content, no litter, and a message with the file', async () => {
    await mkdir(at('folder'));
    await write('folder/inside.txt');
    await assert.rejects(nodeFiles.writeAtomically(at('folder'), Buffer.from('x')), {
      name: 'PairLensError',
      code: 'write-failed',
      path: at('folder'),
    });
    await assert.rejects(nodeFiles.writeAtomically(at('no/such/file'), Buffer.from('x')), {
      code: 'write-failed',
    });
    assert.deepEqual(await readdir(dir), ['folder']);
  });
});

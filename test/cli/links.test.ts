import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { AuditReport } from '../../src/core/export/auditReport.ts';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';
import { writeGoodPairs } from '../support/photos.ts';

const POSIX = process.platform === 'win32' ? 'no such files on Windows' : false;

/** Each audit must end by itself: what hangs is a failure, not a wait. */
describe('folders with links, pipes and devices', { skip: POSIX, timeout: 240_000 }, () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    place = await temporaryFolder();
  });
  after(() => place.remove());

  async function makeSet(name: string): Promise<string> {
    const set = path.join(place.path, name);
    await mkdir(set, { recursive: true });
    await writeGoodPairs(set, 4);
    return set;
  }

  async function audit(set: string, more: readonly string[] = []) {
    const cache = path.join(place.path, 'cache');
    const args = ['audit', set, '--format', 'json', '--cache', cache, ...more];
    const { status, stdout, stderr } = await pairlens(args);
    const report = stdout === '' ? undefined : (JSON.parse(stdout) as AuditReport);
    const found = report?.findings
      .filter(({ code }) => /link|decisions|unreadable|missing/.test(code))
      .map(({ code, file }) => `${code} ${file}`)
      .sort();
    return { status, stderr, report, found };
  }

  test('pipes, sockets and devices by the names of images, captions and tables are findings', async () => {
    const set = await makeSet('special');
    await promisify(execFile)('mkfifo', [
      ...['good-0.caption', 'x.jpg', 'captions.jsonl', 'metadata.csv'].map((name) =>
        path.join(set, name),
      ),
    ]);
    await symlink('/dev/zero', path.join(set, 'zero.jpg'));
    await symlink('/dev/zero', path.join(set, 'captions_zero.txt'));
    await symlink('/dev/zero', path.join(set, 'coco.json'));
    const server = createServer().listen(path.join(set, 's.json'));
    const { status, report, found } = await audit(set);
    server.close();
    assert.equal(status, 1);
    assert.equal(report?.summary.pairs, 4);
    assert.deepEqual(found, [
      'unreadable-caption captions.jsonl',
      'unreadable-caption captions_zero.txt',
      'unreadable-caption coco.json',
      'unreadable-caption good-0.caption',
      'unreadable-caption metadata.csv',
      'unreadable-caption s.json',
      'unreadable-image x.jpg',
      'unreadable-image zero.jpg',
    ]);
  });

  test('a folder of links to choose from is audited, each link out named, the dead one once', async () => {
    const set = await makeSet('curated');
    await mkdir(path.join(place.path, 'photos'));
    for (let i = 0; i < 4; i++) {
      const photo = path.join(place.path, `photos/${i}.jpg`);
      await rename(path.join(set, `good-${i}.jpg`), photo);
      await symlink(photo, path.join(set, `good-${i}.jpg`));
    }
    await symlink(path.join(place.path, 'photos/gone.jpg'), path.join(set, 'gone.jpg'));
    await writeFile(path.join(set, 'gone.txt'), 'it was here');
    const { report, found } = await audit(set);
    assert.equal(report?.summary.pairs, 4);
    assert.deepEqual(found, [
      ...[0, 1, 2, 3].map((i) => `outside-link good-${i}.jpg`),
      'unreadable-image gone.jpg',
    ]);
    const quiet = await audit(set, ['--rule', 'unreadable-image=off']);
    assert.equal(quiet.status, 0);
  });

  test('decisions that cannot be read are a finding: Latin-1, a folder, a device, a link out, damage', async () => {
    const set = await makeSet('decided');
    const home = path.join(place.path, 'bashrc');
    await writeFile(home, '# mine\n');
    const file = '.pairlens/decisions.jsonl';
    const makers: Record<string, (to: string) => Promise<unknown>> = {
      latin: (to) =>
        writeFile(to, Buffer.from('{"key":"k","caption":"schön über Hügel"}\n', 'latin1')),
      folder: (to) => mkdir(to),
      device: (to) => symlink('/dev/zero', to),
      pipe: (to) => promisify(execFile)('mkfifo', [to]),
      link: (to) => symlink(home, to),
      damaged: (to) => writeFile(to, '<<<<<<< HEAD\n'),
    };
    for (const [name, make] of Object.entries(makers)) {
      const folder = path.join(set, '.pairlens');
      await mkdir(folder);
      await make(path.join(set, file));
      const { status, found, stderr } = await audit(set);
      assert.equal(status, 1, `${name}: ${stderr}`);
      assert.deepEqual(found, [`unreadable-decisions ${file}`], name);
      await rename(folder, path.join(place.path, `old-${name}`));
    }
    assert.equal(await readFile(home, 'utf8'), '# mine\n');
  });

  test('a report is not written through a link that the folder brings, and says so at once', async () => {
    const set = await makeSet('report');
    const home = path.join(place.path, 'profile');
    await writeFile(home, '# mine\n');
    await symlink(home, path.join(set, 'report.json'));
    const { status, stderr } = await audit(set, ['--out', path.join(set, 'report.json')]);
    assert.equal(status, 2);
    assert.match(stderr, /report\.json is a link to .*profile/);
    assert.match(stderr, /Name that file, or delete the link\./);
    assert.equal(await readFile(home, 'utf8'), '# mine\n');
  });
});

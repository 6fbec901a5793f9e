import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import type { AuditReport } from '../../src/core/export/auditReport.ts';
import { pairlens, temporaryFolder, type Outcome } from '../support/commandLine.ts';
import { hugePng, photo, writeGoodPairs, writePair } from '../support/photos.ts';

const GOOD = 4;
const ROOT_USER = process.getuid?.() === 0;

describe('a folder with every kind of bad image', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let outcome: Outcome;
  let report: AuditReport;
  let pairs: { readonly image: string; readonly mismatch: number }[];

  before(async () => {
    folder = await temporaryFolder();
    await chmod(folder.path, 0o755);
    const set = path.join(folder.path, 'set');
    await mkdir(set);
    await writeGoodPairs(set, GOOD);
    const bad = async (name: string, bytes: Buffer | string): Promise<void> => {
      await writeFile(path.join(set, name), bytes);
      await writeFile(path.join(set, name.replace(/\.[^.]+$/, '.txt')), `a caption of ${name}`);
    };
    const jpeg = await photo(50, 400, 300).jpeg().toBuffer();
    await bad('zero.jpg', '');
    await bad('truncated.jpg', jpeg.subarray(0, jpeg.length / 2));
    await bad('text.jpg', 'this is no picture at all');
    await bad('vector.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await bad(
      'hidden-vector.jpg',
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    );
    await bad('huge.png', hugePng(30_000, 30_000));
    await bad('really-a-png.jpg', await photo(51).png().toBuffer());
    const frames = await Promise.all([52, 53].map((seed) => photo(seed).png().toBuffer()));
    const animated = sharp(frames, { join: { animated: true } });
    await bad('animated.gif', await animated.clone().gif().toBuffer());
    await bad('moving.webp', await animated.clone().webp().toBuffer());
    for (const [i, name] of [
      'two words',
      `it's "quoted"`,
      'emoji 😀 猫',
      'hash#per%cent',
    ].entries()) {
      await writePair(set, name, `circles, ${i}`, 60 + i);
    }
    if (process.platform !== 'win32') {
      await writePair(set, 'line\nend', 'circles in a file with a strange name', 70);
      await symlink('nowhere.jpg', path.join(set, 'dangling.jpg'));
      await symlink('..', path.join(set, 'loop'));
    }
    await writePair(set, 'locked', 'a locked picture', 71);
    await chmod(path.join(set, 'locked.jpg'), 0o000);
    const args = [
      ...['audit', set, '--format', 'json', '--cache', path.join(folder.path, 'cache')],
      ...['--pairs', path.join(folder.path, 'pairs.jsonl'), '--fail-on', 'never'],
    ];
    outcome = await pairlens(args);
    assert.equal(outcome.status, 0, outcome.stderr);
    report = JSON.parse(outcome.stdout) as AuditReport;
    pairs = (await readFile(path.join(folder.path, 'pairs.jsonl'), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { image: string; mismatch: number });
  });
  after(() => folder.remove());

  function problemOf(name: string): AuditReport['findings'][number] {
    const found = report.findings.find(
      (finding) =>
        (finding.image ?? finding.file).endsWith(name) &&
        ['unreadable-image', 'missing-image', 'unreadable-caption'].includes(finding.code),
    );
    assert.ok(found, `a problem of ${name} in ${JSON.stringify(report.findings, null, 1)}`);
    return found;
  }

  for (const name of ['zero.jpg', 'truncated.jpg', 'text.jpg', 'hidden-vector.jpg', 'huge.png']) {
    test(`${name} is reported by name with a remedy, and has no pair line`, () => {
      const problem = problemOf(name);
      assert.equal(problem.code, 'unreadable-image');
      assert.ok(problem.message.includes(name), problem.message);
      assert.ok(problem.remedy);
      assert.ok(!pairs.some(({ image }) => image === name));
    });
  }

  test('a picture above the pixel limit says that it is too large', () => {
    assert.match(problemOf('huge.png').message, /large|pixel/i);
  });

  test('an SVG with a caption is reported, not rendered', () => {
    const problem = report.findings.find(({ file }) => file.startsWith('vector.'));
    assert.ok(problem?.remedy);
    assert.ok(!pairs.some(({ image }) => image === 'vector.svg'));
  });

  test('a PNG called .jpg and animated files are read', () => {
    const read = new Set(pairs.map(({ image }) => image));
    for (const name of ['really-a-png.jpg', 'animated.gif', 'moving.webp']) {
      assert.ok(read.has(name), name);
    }
  });

  test('names with spaces, quotes, emoji, percent signs and line ends work', () => {
    const read = new Set(pairs.map(({ image }) => image));
    const names = ['two words.jpg', `it's "quoted".jpg`, 'emoji 😀 猫.jpg', 'hash#per%cent.jpg'];
    if (process.platform !== 'win32') names.push('line\nend.jpg');
    for (const name of names) assert.ok(read.has(name), name);
  });

  test('a broken link is reported, and a link to a parent folder is not followed for ever', (t) => {
    if (process.platform === 'win32') {
      t.skip('links need privileges there');
      return;
    }
    assert.ok(report.findings.some((finding) => JSON.stringify(finding).includes('dangling.jpg')));
    assert.ok(!pairs.some(({ image }) => image.startsWith('loop/')));
  });

  test('a file without read permission is reported with a remedy', async (t) => {
    if (process.platform === 'win32') {
      t.skip('there are no permission bits there');
      return;
    }
    // Root may read everything, so a test run by root becomes somebody else.
    const nobody = ROOT_USER ? { uid: 65_534, gid: 65_534 } : {};
    const cache = path.join(folder.path, 'cache of nobody');
    const set = path.join(folder.path, 'set');
    const { status, stdout, stderr } = await pairlens(
      ['audit', set, '--format', 'json', '--fail-on', 'never', '--cache', cache],
      { ...nobody, cwd: '/' },
    );
    assert.equal(status, 0, stderr);
    const { findings } = JSON.parse(stdout) as AuditReport;
    const locked = findings.find(({ file, image }) => (image ?? file) === 'locked.jpg');
    assert.ok(locked);
    assert.equal(locked.code, 'unreadable-image');
    assert.match(`${locked.message} ${locked.remedy ?? ''}`, /permission/);
  });

  test('the good pairs all have a finite probability', () => {
    for (let i = 0; i < GOOD; i++) {
      const line = pairs.find(({ image }) => image === `good-${i}.jpg`);
      assert.ok(line && line.mismatch >= 0 && line.mismatch <= 1);
    }
  });

  test('no stack trace is shown', () => {
    assert.doesNotMatch(outcome.stderr, /\n\s+at .*\.js:\d+/);
  });
});

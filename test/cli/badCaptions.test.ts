import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AuditReport, ReportFinding } from '../../src/core/export/auditReport.ts';
import { pairlens, pairlensUnderLimit, temporaryFolder } from '../support/commandLine.ts';
import { photo, writeGoodPairs, writePair } from '../support/photos.ts';

describe('bad caption files', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(() => folder.remove());

  async function freshSet(name: string): Promise<string> {
    const set = path.join(folder.path, name);
    await mkdir(set);
    return set;
  }

  async function audit(
    set: string,
    cache = path.join(folder.path, 'cache'),
  ): Promise<{ report: AuditReport; pairs: { image: string; caption: string }[]; stderr: string }> {
    const lines = `${set}.pairs.jsonl`;
    const { status, stdout, stderr } = await pairlens([
      ...['audit', set, '--format', 'json', '--fail-on', 'never', '--pairs', lines],
      ...['--cache', cache],
    ]);
    assert.equal(status, 0, stderr);
    const text = await readFile(lines, 'utf8');
    return {
      report: JSON.parse(stdout) as AuditReport,
      stderr,
      pairs: text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { image: string; caption: string }),
    };
  }

  function withCode(report: AuditReport, code: ReportFinding['code']): ReportFinding[] {
    return report.findings.filter((finding) => finding.code === code);
  }

  test('invalid JSON in line 37 of 1,000 loses that line only, and is named with file and line', async () => {
    const set = await freshSet('line37');
    await photo(1).jpeg().toFile(path.join(set, 'one.jpg'));
    await photo(2).jpeg().toFile(path.join(set, 'two.jpg'));
    const rows = Array.from({ length: 1000 }, (_unused, i) =>
      JSON.stringify({ file_name: i % 2 ? 'one.jpg' : 'two.jpg', text: `circles number ${i}` }),
    );
    rows[36] = '{"file_name": "one.jpg", "text": "unfinished';
    await writeFile(path.join(set, 'metadata.jsonl'), `${rows.join('\n')}\n`);
    const { report, pairs } = await audit(set);
    assert.equal(pairs.length, 999);
    const [problem, ...others] = withCode(report, 'unreadable-caption');
    assert.equal(others.length, 0);
    assert.equal(problem!.file, 'metadata.jsonl');
    assert.equal(problem!.region?.startLine ?? 37, 37);
    assert.match(`${problem!.message} ${String(problem!.region?.startLine)}`, /37/);
    assert.ok(problem!.remedy);
  });

  test('file names that climb out, are absolute or a URL are reported and never read', async () => {
    const set = await freshSet('climbing');
    await writeGoodPairs(folder.path, 1);
    await photo(3).jpeg().toFile(path.join(set, 'in.jpg'));
    const names = [
      '../good-0.jpg',
      path.join(folder.path, 'good-0.jpg'),
      'https://example.org/x.jpg',
      'in.jpg',
    ];
    const rows = names.map((file_name) => JSON.stringify({ file_name, text: 'coloured circles' }));
    await writeFile(path.join(set, 'metadata.jsonl'), rows.join('\n'));
    const { report, pairs } = await audit(set);
    assert.deepEqual(
      pairs.map(({ image }) => image),
      ['in.jpg'],
    );
    const problems = withCode(report, 'missing-image');
    assert.equal(problems.length, 3);
    for (const problem of problems) assert.ok(problem.remedy);
  });

  test('a duplicate row is kept once and reported once', async () => {
    const set = await freshSet('duplicates');
    await photo(4).jpeg().toFile(path.join(set, 'a.jpg'));
    const row = JSON.stringify({ file_name: 'a.jpg', text: 'coloured circles' });
    await writeFile(path.join(set, 'metadata.jsonl'), `${row}\n${row}\n${row}\n`);
    const { report, pairs } = await audit(set);
    assert.equal(pairs.length, 1);
    assert.ok(report.findings.length >= 1);
  });

  test('two images that share a sidecar are ambiguous, and both are named', async () => {
    const set = await freshSet('shared');
    await photo(5).jpeg().toFile(path.join(set, '01.jpg'));
    await photo(6).png().toFile(path.join(set, '01.png'));
    await writeFile(path.join(set, '01.txt'), 'coloured circles');
    await writeGoodPairs(set, 2);
    const { report } = await audit(set);
    const text = JSON.stringify(withCode(report, 'ambiguous-pair'));
    assert.match(text, /01\.jpg/);
    assert.match(text, /01\.png/);
  });

  test('a caption of 1 MB is read, judged and shown by its beginning', async () => {
    const set = await freshSet('megabyte');
    await writeGoodPairs(set, 2);
    await writePair(set, 'long', 'red circles on green '.repeat(50_000), 7);
    const { pairs } = await audit(set);
    assert.equal(pairs.length, 3);
    const { stdout } = await pairlens([
      ...['audit', set, '--cache', path.join(folder.path, 'cache')],
    ]);
    assert.ok(stdout.length < 20_000);
  });

  test('of a set with one caption for all pictures it is said that nothing was judged', async () => {
    const set = await freshSet('one-caption');
    for (let n = 0; n < 9; n++) await writePair(set, `dog-${n}`, 'a photo of sks dog', n);
    const { report, pairs } = await audit(set);
    assert.equal(pairs.length, 9);
    assert.equal(report.summary.estimate, undefined);
    const [dataset] = report.datasets;
    assert.deepEqual(
      dataset?.notJudged?.map(({ count }) => count),
      [9],
    );
  });

  test('one and two pairs are audited like any other number', async () => {
    for (const count of [1, 2]) {
      const set = await freshSet(`few-${count}`);
      await writeGoodPairs(set, count);
      const { pairs } = await audit(set);
      assert.equal(pairs.length, count);
      assert.doesNotMatch(JSON.stringify(pairs), /null/);
    }
  });

  test('a dataset folder that is read-only is audited, and nothing is written into it', async () => {
    const set = await freshSet('read-only');
    await writeGoodPairs(set, 2);
    const before = await readdir(set);
    await chmod(set, 0o555);
    const { pairs } = await audit(set);
    await chmod(set, 0o755);
    assert.equal(pairs.length, 2);
    // Root may write there all the same.
    assert.deepEqual(await readdir(set), before);
  });

  test('a full disk under the cache costs a warning, not the audit', async (t) => {
    if (process.platform === 'win32') {
      t.skip('there is no way to make a small disk there');
      return;
    }
    const set = await freshSet('many');
    await writeGoodPairs(set, 90);
    // Writing past the limit on file size fails like writing to a full disk, needs no rights, and Node ignores the signal.
    // The unit is 512 or 1,024 bytes, as the shell has it: full from the start, or after some of the entries.
    for (const blocks of [40, 200]) {
      const lines = `${set}.${blocks}.jsonl`;
      const { status, stderr } = await pairlensUnderLimit(blocks, [
        ...['audit', set, '--format', 'json', '--fail-on', 'never', '--pairs', lines],
        ...['--cache', path.join(folder.path, `cache of ${blocks}`)],
      ]);
      assert.equal(status, 0, stderr);
      assert.equal((await readFile(lines, 'utf8')).trimEnd().split('\n').length, 90);
      assert.match(stderr, /warning: The cache .* cannot be (?:used|written)/);
      assert.equal(stderr.match(/warning:/g)?.length, 1);
      assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
    }
  });

  test('a cache that cannot be written costs a warning, not the audit', async () => {
    const set = await freshSet('no-cache');
    await writeGoodPairs(set, 2);
    // A file in the place of the folder stops root as well.
    const blocked = path.join(folder.path, 'blocked');
    await writeFile(blocked, '');
    const { pairs, stderr } = await audit(set, path.join(blocked, 'cache'));
    assert.equal(pairs.length, 2);
    assert.match(stderr, /cache/i);
  });
});

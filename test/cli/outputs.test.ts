import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import type { Log } from 'sarif';
import type { AuditReport } from '../../src/core/export/auditReport.ts';
import { pairlens, startPairlens, temporaryFolder, type Outcome } from '../support/commandLine.ts';
import { writeGoodPairs, writePair } from '../support/photos.ts';

describe('what the commands print', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let set = '';
  before(async () => {
    folder = await temporaryFolder();
    set = path.join(folder.path, 'my set');
    await mkdir(set);
    await writeGoodPairs(set, 5);
    await writeFile(path.join(set, 'broken.jpg'), 'no picture');
    await writeFile(path.join(set, 'broken.txt'), 'a caption');
  });
  after(() => folder.remove());

  function run(command: string, ...args: string[]): Promise<Outcome> {
    const cache = path.join(folder.path, 'cache');
    return pairlens([command, set, ...args, '--cache', cache], { cwd: folder.path });
  }

  test('human: the finding, its remedy and a summary on standard output, no escape codes in a pipe', async () => {
    const { status, stdout } = await run('audit');
    assert.equal(status, 1);
    assert.match(stdout, /Unreadable images/);
    assert.match(stdout, /broken\.jpg/);
    assert.match(stdout, /6 pairs, 6 images/);
    assert.doesNotMatch(stdout, /\u001b/);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  });

  test('colours can be forced and switched off', async () => {
    const env = { ...process.env, FORCE_COLOR: '1' };
    const args = ['audit', set, '--cache', path.join(folder.path, 'cache')];
    assert.ok((await pairlens(args, { env })).stdout.includes('\u001b['));
    assert.ok(!(await pairlens([...args, '--no-color'], { env })).stdout.includes('\u001b'));
  });

  test('--quiet leaves standard error empty', async () => {
    assert.equal((await run('audit', '--quiet')).stderr, '');
  });

  test('json: one object with version, summary and findings, the same in every run', async () => {
    const first = await run('audit', '--format', 'json');
    const report = JSON.parse(first.stdout) as AuditReport;
    assert.equal(report.version, 1);
    assert.equal(report.summary.pairs, 6);
    assert.equal(report.summary.findings['unreadable-image'], 1);
    assert.equal(first.stdout, (await run('audit', '--format', 'json')).stdout);
  });

  test('sarif: the path is encoded and relative to the working folder', async () => {
    const log = JSON.parse((await run('audit', '--format', 'sarif')).stdout) as Log;
    assert.equal(log.version, '2.1.0');
    const uris = log.runs[0]!.results!.map(
      (result) => result.locations![0]!.physicalLocation!.artifactLocation!.uri!,
    );
    assert.ok(
      uris.some((uri) => uri.startsWith('my%20set/broken.')),
      uris.join(),
    );
  });

  test('github and markdown name the broken file', async () => {
    assert.match(
      (await run('audit', '--format', 'github')).stdout,
      /^::error file=my set\/broken\./m,
    );
    assert.match(
      (await run('audit', '--format', 'markdown')).stdout,
      /^# Image-caption audit of my set/,
    );
  });

  test('--out writes the report and leaves standard output empty', async () => {
    const out = path.join(folder.path, 'report.json');
    const { stdout } = await run('audit', '--format', 'json', '--out', out);
    assert.equal(stdout, '');
    assert.equal((JSON.parse(await readFile(out, 'utf8')) as AuditReport).version, 1);
  });

  test('html: one page with the pictures inside, that names the broken file', async () => {
    const { stdout } = await run('audit', '--format', 'html');
    assert.match(stdout, /^<!doctype html>/);
    assert.match(stdout, /broken\.(?:jpg|txt)/);
    assert.doesNotMatch(stdout, /<script|src="(?!data:)/);
  });

  test('with a baseline only new findings fail and are listed', async () => {
    const known = path.join(folder.path, 'known.json');
    const written = await run('audit', '--write-baseline', known, '--format', 'json');
    assert.equal(written.status, 0, written.stderr);
    const { findings } = JSON.parse(written.stdout) as AuditReport;
    const again = await run('audit', '--baseline', known, '--format', 'json');
    assert.equal(again.status, 0);
    const left = JSON.parse(again.stdout) as AuditReport;
    assert.deepEqual([left.findings, left.summary.findings], [[], {}]);
    assert.match(again.stderr, new RegExp(`${findings.length} findings of the baseline`));
    await writeFile(path.join(set, 'new.jpg'), 'no picture either');
    await writeFile(path.join(set, 'new.txt'), 'a caption');
    const more = await run('audit', '--baseline', known, '--format', 'json');
    assert.equal(more.status, 1);
    const { findings: fresh } = JSON.parse(more.stdout) as AuditReport;
    const failing = fresh.filter(({ level }) => level === 'error' || level === 'warning');
    assert.deepEqual(
      failing.map(({ code, image }) => [code, image]),
      [['unreadable-image', 'new.jpg']],
    );
    await rm(path.join(set, 'new.jpg'));
    await rm(path.join(set, 'new.txt'));
    const missing = await run('audit', '--baseline', path.join(folder.path, 'none.json'));
    assert.equal(missing.status, 2);
  });

  test('the exit status follows --fail-on and --rule', async () => {
    assert.equal((await run('audit', '--fail-on', 'never')).status, 0);
    assert.equal((await run('audit', '--fail-on', 'error')).status, 1);
    const off = ['--rule', 'unreadable-image=hint', '--rule', 'caption-mismatch=off'];
    const softened = await run('audit', ...off, '--fail-on', 'error', '--format', 'json');
    assert.equal(softened.status, 0, softened.stdout);
  });

  test('a reader that closes early, like head, is no error', async () => {
    const { child, outcome } = startPairlens(['audit', set, '--format', 'json'], {
      env: { PAIRLENS_CACHE: path.join(folder.path, 'cache') },
    });
    child.stdout!.destroy();
    const { status, stderr } = await outcome;
    assert.equal(status, 1);
    assert.doesNotMatch(stderr, /EPIPE/);
  });

  test('embed: three files whose rows are the readable pairs in order', async () => {
    const out = path.join(folder.path, 'embeddings');
    const { status, stdout } = await run('embed', '--out', out);
    assert.equal(status, 0);
    assert.equal(stdout, '');
    const metadata = await readFile(path.join(out, 'metadata/metadata_0.parquet'));
    const rows = await parquetReadObjects({ file: new Uint8Array(metadata).buffer });
    assert.deepEqual(
      rows.map((row): unknown => row['image_path']),
      [0, 1, 2, 3, 4].map((i) => `good-${i}.jpg`),
    );
    for (const name of ['img_emb/img_emb_0.npy', 'text_emb/text_emb_0.npy']) {
      const bytes = await readFile(path.join(out, name));
      assert.match(bytes.subarray(0, 128).toString('latin1'), /'<f2'.*\(5, \d+\)/);
    }
    assert.deepEqual((await readdir(out)).sort(), ['img_emb', 'metadata', 'text_emb']);
    const again = await run('embed', '--out', out);
    assert.match(
      again.stderr,
      /has 5 pairs of \d+ dimensions\. Shards kept as they were: 1 of 1\.\n$/u,
    );
    const smaller = await run('embed', '--out', out, '--shard-size', '2');
    assert.equal(smaller.status, 0);
    assert.deepEqual((await readdir(path.join(out, 'metadata'))).sort(), [
      'metadata_0.parquet',
      'metadata_1.parquet',
      'metadata_2.parquet',
    ]);
    const larger = await run('embed', '--out', out);
    assert.equal(larger.status, 2);
    assert.match(larger.stderr, /_1\.npy is a shard of other embeddings\./u);
  });

  test('search: images for a text, captions for an image from elsewhere', async () => {
    const images = JSON.parse((await run('search', 'circles', '--json', '--top', '3')).stdout) as {
      results: { image: string; captions: string[] }[];
    };
    assert.equal(images.results.length, 3);
    assert.ok(
      images.results.every(({ image, captions }) => /^good-\d\.jpg$/.test(image) && captions[0]),
    );
    await writePair(folder.path, 'elsewhere', 'not part of the set', 9);
    const file = path.join(folder.path, 'elsewhere.jpg');
    const found = JSON.parse((await run('search', '--image', file, '--json')).stdout) as {
      results: { caption: string }[];
    };
    assert.ok(found.results.length >= 5);
    assert.ok(found.results.every(({ caption }) => !caption.includes('not part')));
    assert.match((await run('search', 'circles')).stdout, /^ {2}1 {2}good-/);
  });

  test('search: with - every line of standard input is a query, answered in order', async () => {
    const { child, outcome } = startPairlens(['search', set, '-', '--json', '--top', '1'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PAIRLENS_CACHE: path.join(folder.path, 'cache') },
    });
    child.stdin!.end('circles\n\na background\n');
    const { status, stdout } = await outcome;
    assert.equal(status, 0);
    const answers = stdout.trimEnd().split('\n');
    const texts = answers.map((line) => (JSON.parse(line) as { text: string }).text);
    assert.deepEqual(texts, ['circles', 'a background']);
  });

  test('search: --matcher chooses what the results are ranked by', async () => {
    const { stdout } = await run('search', 'circles', '--json', '--matcher', 'cosine');
    const { results } = JSON.parse(stdout) as { results: { similarity: number; score: number }[] };
    assert.ok(results.length > 0);
    for (const { similarity, score } of results) assert.equal(score, similarity);
    const unknown = await run('search', 'circles', '--matcher', 'best');
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /nnn, cosine, csls/);
  });

  test('search: a missing or broken query image is status 2 with its name', async () => {
    for (const name of ['none.jpg', 'my set/broken.jpg']) {
      const { status, stderr } = await run('search', '--image', path.join(folder.path, name));
      assert.equal(status, 2);
      assert.ok(stderr.includes(path.basename(name)), stderr);
      assert.match(stderr, /what to do/);
    }
  });

  test('eval: recalls both ways, inductive and transductive', async () => {
    const { status, stdout } = await run('eval', '--json', '--seeds', '1');
    assert.equal(status, 0);
    const { datasets } = JSON.parse(stdout) as {
      datasets: { images: number; inductive: { rsum: number; imageToText: { r10: number } } }[];
    };
    assert.equal(datasets[0]!.images, 5);
    assert.equal(datasets[0]!.inductive.imageToText.r10, 100);
    const table = (await run('eval', '--seeds', '0', '--matcher', 'csls')).stdout;
    assert.match(table, /^inductive.*\ncosine .*\ntransductive.*\nnnn .*\ncsls /m);
    assert.doesNotMatch(table, /^fusion/m);
  });

  test('cache: it shows what it holds, and clearing it makes the next run encode again', async () => {
    const cache = path.join(folder.path, 'own-cache');
    const args = ['--cache', cache];
    await pairlens(['audit', set, ...args]);
    const before = JSON.parse((await pairlens(['cache', '--json', ...args])).stdout) as {
      entries: number;
      location: string;
    };
    assert.ok(before.entries >= 10);
    assert.ok(before.location.startsWith(cache));
    assert.equal((await pairlens(['cache', 'clear', ...args])).status, 0);
    const after = JSON.parse((await pairlens(['cache', '--json', ...args])).stdout) as {
      entries: number;
    };
    assert.equal(after.entries, 0);
    assert.match((await pairlens(['cache', ...args])).stdout, /entries {2}0/);
    assert.equal((await pairlens(['cache', 'prune', '--to', '1MB', ...args])).status, 0);
  });
});

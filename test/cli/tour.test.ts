import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AuditReport, ReportFinding } from '../../src/core/export/auditReport.ts';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';

const SAMPLES = path.resolve(import.meta.dirname, '../../samples');

interface WordLine {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly support: number;
}

interface Mistake {
  readonly code: ReportFinding['code'];
  readonly images: readonly string[];
}

describe('the sample dataset', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let report: AuditReport;
  let mistakes: Mistake[];
  before(async () => {
    folder = await temporaryFolder();
    const args = ['audit', path.join(SAMPLES, 'tour'), '--format', 'json', '--fail-on', 'never'];
    const { status, stdout, stderr } = await pairlens([...args, '--cache', folder.path]);
    assert.equal(status, 0, stderr);
    report = JSON.parse(stdout) as AuditReport;
    mistakes = JSON.parse(await readFile(path.join(SAMPLES, 'mistakes.json'), 'utf8')) as Mistake[];
  });
  after(() => folder.remove());

  test('every listed mistake is found', () => {
    const missed = mistakes.filter(
      ({ code, images }) =>
        !report.findings.some((finding) => {
          if (finding.code !== code) return false;
          const concerned = [
            finding.image ?? finding.file,
            finding.file,
            ...finding.relatedFiles,
            ...finding.relatedPairs.map(({ image }) => image),
          ];
          return images.every((image) =>
            concerned.some((name) => name.normalize() === image.normalize()),
          );
        }),
    );
    assert.deepEqual(missed, []);
  });

  test('--words says of every pair what its words add, by the characters they stand on', async () => {
    const lines = path.join(folder.path, 'pairs.jsonl');
    const args = ['audit', path.join(SAMPLES, 'tour'), '--fail-on', 'never', '--pairs', lines];
    const { status, stderr } = await pairlens([...args, '--words', '--cache', folder.path]);
    assert.equal(status, 0, stderr);
    const pairs = (await readFile(lines, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { caption: string; words: WordLine[] });
    for (const { caption, words } of pairs) {
      assert.ok(words.length > 1, caption);
      assert.ok(
        words.some(({ support }) => support !== 0),
        caption,
      );
      for (const { text, start, end, support } of words) {
        assert.equal(caption.slice(start, end), text);
        assert.ok(typeof support === 'number' && Math.abs(support) < 1);
      }
    }
  });

  test('no more than a few other captions are called wrong', () => {
    const listed = new Set(
      mistakes.flatMap(({ images }) => images.map((image) => image.normalize())),
    );
    const others = report.findings.filter(
      ({ code, level, image }) =>
        (level === 'error' || level === 'warning') &&
        (code === 'caption-mismatch' || code === 'captions-swapped') &&
        !listed.has((image ?? '').normalize()),
    );
    assert.ok(others.length <= 3, others.map(({ image }) => image).join(', '));
  });
});

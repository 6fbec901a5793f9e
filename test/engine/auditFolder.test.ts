import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding } from '../../src/core/audit/finding.ts';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import { PairLensError } from '../../src/core/errors.ts';
import { auditFolder } from '../../src/engine/batch/auditFolder.ts';
import { folderPrefix } from '../../src/engine/audit/buildReport.ts';
import { pairLines } from '../../src/engine/batch/pairLines.ts';
import { fakeDataset, fakePair, fakeWorkspace } from '../support/fakeWorkspace.ts';
import { sentence } from '../../src/core/text/sentence.ts';

const OPTIONS = { levels: DEFAULT_LEVELS, version: '1.2.3' };

function finding(overrides: Partial<Finding>): Finding {
  return {
    code: 'caption-mismatch',
    level: 'warning',
    file: 'captions.jsonl',
    message: sentence('wrong'),
    evidence: [],
    confidence: 0.9,
    relatedPairs: [],
    relatedFiles: [],
    fixes: [],
    ...overrides,
  };
}

describe('auditing a folder', () => {
  test('paths of several datasets are relative to the folder, whatever their own roots', async () => {
    const workspace = fakeWorkspace(
      [
        fakeDataset('/data/one', [fakePair('dog.jpg', 'dog')]),
        fakeDataset('/data/two/deep', [fakePair('cat.jpg', 'cat')]),
      ],
      { findings: [finding({ pair: 0 })] },
    );
    const { report, datasets } = await auditFolder('/data', workspace, OPTIONS, {});
    assert.deepEqual(
      report.findings.map(({ image, file }) => [image, file]),
      [
        ['one/dog.jpg', 'one/captions.jsonl'],
        ['two/deep/cat.jpg', 'two/deep/captions.jsonl'],
      ],
    );
    assert.deepEqual(
      report.datasets.map(({ folder }) => folder),
      ['one', 'two/deep'],
    );
    const images = [...pairLines('/data', datasets)].map((line) => {
      const { image } = JSON.parse(line) as { image: string };
      return image;
    });
    assert.deepEqual(images, ['one/dog.jpg', 'two/deep/cat.jpg']);
  });

  test('a pair line has exactly the six promised fields, and unreadable pairs have no line', async () => {
    const pairs = [fakePair('broken.jpg', 'x'), fakePair('dog.jpg', 'a "dog"\n', 1)];
    const workspace = fakeWorkspace([fakeDataset('/data', pairs)]);
    const { datasets } = await auditFolder('/data', workspace, OPTIONS, {});
    const lines = [...pairLines('/data', datasets)];
    assert.equal(lines.length, 1);
    const line = JSON.parse(lines[0]!) as Record<string, unknown>;
    assert.deepEqual(Object.keys(line), [
      'image',
      'caption',
      'captionIndex',
      'similarity',
      'mismatch',
      'findings',
    ]);
    assert.equal(line['caption'], 'a "dog"\n');
    assert.equal(line['captionIndex'], 1);
  });

  test('findings come worst first, by level and then by confidence', async () => {
    const workspace = fakeWorkspace([fakeDataset('/data', [fakePair('dog.jpg', 'dog')])], {
      findings: [
        finding({ confidence: 0.6, message: sentence('c') }),
        finding({ level: 'info', confidence: 1, message: sentence('d') }),
        finding({ level: 'error', confidence: 0.5, message: sentence('a') }),
        finding({ confidence: 0.9, message: sentence('b') }),
      ],
    });
    const { report } = await auditFolder('/data', workspace, OPTIONS, {});
    assert.equal(report.findings.map(({ message }) => message).join(''), 'abcd');
    assert.deepEqual(report.summary.levels, { error: 1, warning: 2, info: 1, hint: 0 });
  });

  test('a fingerprint stays when lines are inserted above, and differs for another caption', async () => {
    const print = async (caption: string, line: number): Promise<string> => {
      const pairs = [fakePair('dog.jpg', caption, 0, line)];
      const workspace = fakeWorkspace([fakeDataset('/data', pairs)], {
        findings: [finding({ pair: 0 })],
      });
      const { report } = await auditFolder('/data', workspace, OPTIONS, {});
      assert.equal(report.findings[0]!.region!.startLine, line + 1);
      return report.findings[0]!.fingerprint;
    };
    assert.equal(await print('dog', 0), await print('dog', 7));
    assert.notEqual(await print('dog', 0), await print('cat', 0));
  });

  test('the estimate of several datasets is weighted by their pairs', async () => {
    const big = fakeDataset(
      '/d/big',
      [0, 1, 2].map((i) => fakePair(`dog${i}.jpg`, 'dog')),
    );
    const small = fakeDataset('/d/small', [fakePair('cat.jpg', 'cat')]);
    const base = fakeWorkspace([big, small]);
    const workspace = {
      ...base,
      audit: async (...args: Parameters<typeof base.audit>) => ({
        ...(await base.audit(...args)),
        estimate: { wrongShare: args[0].dataset.root === big.root ? 0.4 : 0 },
      }),
    };
    const { report } = await auditFolder('/d', workspace, OPTIONS, {});
    assert.ok(Math.abs(report.summary.estimate!.wrongShare - 0.3) < 1e-12);
  });

  test('once cancelled it stops before the next dataset', async () => {
    const workspace = fakeWorkspace([fakeDataset('/data', [fakePair('dog.jpg', 'dog')])]);
    await assert.rejects(
      auditFolder('/data', workspace, OPTIONS, { signal: { aborted: true } }),
      (error) => PairLensError.is(error, 'cancelled'),
    );
  });

  test('folder prefixes have forward slashes on Windows too', () => {
    assert.equal(folderPrefix('C:\\data', 'C:\\data\\one\\two'), 'one/two/');
    assert.equal(folderPrefix('/data', '/data'), '');
    assert.equal(folderPrefix('/', '/data'), 'data/');
  });
});

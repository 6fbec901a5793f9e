import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { PairLensError } from '../../../src/core/errors.ts';
import {
  baselineText,
  newFindings,
  parseBaseline,
  withFindings,
} from '../../../src/core/export/baseline.ts';
import type { ReportFinding } from '../../../src/core/export/auditReport.ts';
import { sampleFinding, sampleReport } from './sampleReport.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const baselineOf = (...findings: ReportFinding[]) =>
  parseBaseline(baselineText(sampleReport(findings), hash), 'known.json');
const left = (baseline: ReturnType<typeof baselineOf>, ...findings: ReportFinding[]) =>
  newFindings(sampleReport(findings), baseline, hash);

describe('a baseline', () => {
  test('holds a finding whose line, caption file, level, confidence and reasons changed', () => {
    const moved = sampleFinding({
      file: 'train/other.jsonl',
      region: { startLine: 90, startColumn: 1 },
      level: 'error',
      confidence: 0.5,
      message: 'The caption does not describe photos/beach.jpg (51 % likely).',
      evidence: [],
      fingerprint: 'other',
    });
    assert.deepEqual(left(baselineOf(sampleFinding()), moved), []);
  });

  test('does not hold another rule, image or caption', () => {
    const others = [
      sampleFinding({ code: 'captions-swapped' }),
      sampleFinding({ image: 'photos/other.jpg' }),
      sampleFinding({ caption: 'a cat' }),
    ];
    assert.deepEqual(left(baselineOf(sampleFinding()), ...others), others);
  });

  test('tells findings without a caption apart by their message without its numbers', () => {
    const row = (line: number, name: string): ReportFinding => {
      const { level, file, confidence, fingerprint } = sampleFinding();
      const message = `Line ${line} of captions.jsonl names ${name}, which does not exist.`;
      const none = { evidence: [], suggestions: [], suggestionMatches: [], relatedPairs: [] };
      return {
        code: 'missing-image',
        level,
        file,
        message,
        confidence,
        fingerprint,
        relatedFiles: [],
        ...none,
      };
    };
    const known = baselineOf(row(3, 'a.jpg'));
    assert.deepEqual(left(known, row(7, 'a.jpg')), []);
    assert.equal(left(known, row(3, 'b.jpg')).length, 1);
  });

  test('counts: of three alike, two known, one is new', () => {
    const two = baselineOf(sampleFinding(), sampleFinding());
    assert.equal(left(two, sampleFinding(), sampleFinding(), sampleFinding()).length, 1);
  });

  test('is the same text in whatever order the findings are', () => {
    const [a, b] = [sampleFinding(), sampleFinding({ image: 'a.jpg' })];
    assert.equal(
      baselineText(sampleReport([a, b]), hash),
      baselineText(sampleReport([b, a]), hash),
    );
  });

  test('that is none is an error with the file and what to do', () => {
    for (const text of ['', '{}', '{"version":2,"findings":[]}', '[1]']) {
      assert.throws(
        () => parseBaseline(text, 'known.json'),
        (error) =>
          PairLensError.is(error, 'invalid-argument') &&
          error.message.includes('known.json') &&
          error.remedy?.includes('--write-baseline') === true,
      );
    }
  });

  test('a report of some findings counts those', () => {
    const report = withFindings(sampleReport([sampleFinding(), sampleFinding()]), [
      sampleFinding({ level: 'error' }),
    ]);
    assert.deepEqual(report.summary.findings, { 'caption-mismatch': 1 });
    assert.deepEqual(report.summary.levels, { error: 1, warning: 0, info: 0, hint: 0 });
  });
});

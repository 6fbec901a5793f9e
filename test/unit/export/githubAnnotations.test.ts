import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { githubAnnotations } from '../../../src/core/export/githubAnnotations.ts';
import { sampleFinding, sampleReport } from './sampleReport.ts';

describe('GitHub annotations', () => {
  test('a caption cannot end its annotation and begin a command of its own', () => {
    const caption = 'nice\n::set-env name=PATH::/evil\r\n100 %';
    const text = githubAnnotations(sampleReport([sampleFinding({ caption })]), '', 10);
    assert.equal(text.split('\n').length, 2);
    assert.ok(text.includes('nice\\n::set-env name=PATH::/evil\\r\\n100 %25'));
  });

  test('a file name with comma and colon stays one property', () => {
    const text = githubAnnotations(sampleReport([sampleFinding({ file: 'a,b:c%.txt' })]), 'd/', 10);
    assert.ok(text.startsWith('::warning file=d/a%2Cb%3Ac%25.txt,line=3,col=24,endLine=3,'));
  });

  test('no control character of a name or message reaches the log', () => {
    const finding = sampleFinding({
      file: '\u009b31m\u202e.txt',
      message: '\u001b[2J',
      evidence: ['\u007f'],
    });
    const text = githubAnnotations(sampleReport([finding]), '', 10);
    assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });

  test('info and hint are notices', () => {
    const findings = [sampleFinding({ level: 'info' }), sampleFinding({ level: 'hint' })];
    const text = githubAnnotations(sampleReport(findings), '', 10);
    assert.equal(text.match(/^::notice file=/gm)?.length, 2);
  });

  test('a long list is cut and says by how much', () => {
    const findings = Array.from({ length: 40 }, () => sampleFinding());
    const lines = githubAnnotations(sampleReport(findings), '', 3).trimEnd().split('\n');
    assert.equal(lines.length, 4);
    assert.match(lines[3]!, /and 37 more/);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import Draft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { DEFAULT_LEVELS } from '../../../src/core/audit/rules.ts';
import { relativeUri, sarifLog, type SarifPlace } from '../../../src/core/export/sarifLog.ts';
import { sampleFinding, sampleReport } from './sampleReport.ts';

const PLACE: SarifPlace = {
  baseUri: 'file:///repo/',
  prefix: 'data/',
  findingsUri: 'https://example.org/findings.md',
};

/** The schema of OASIS (sarif-schema-2.1.0.json, rtm.5) as @microsoft/jest-sarif 1.0.0-beta.0 (MIT) distributes it. */
const SCHEMA = path.join(import.meta.dirname, 'fixtures/sarifSchema.json');

function validate(log: unknown): string[] {
  const ajv = new Draft04.default({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  const isValid = ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object);
  isValid(JSON.parse(JSON.stringify(log)));
  return (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('SARIF', () => {
  test('is valid against the schema of 2.1.0, with findings of every rule and hostile texts', () => {
    const hostile = 'a \u0000"\\ %20 #?:\n\u202e😀';
    const findings = Object.keys(DEFAULT_LEVELS).flatMap((code) => [
      sampleFinding({ code }),
      sampleFinding({ code, file: hostile, image: hostile, caption: hostile, message: hostile }),
      sampleFinding({ code, level: 'hint', region: { startLine: 1, startColumn: 1 } }),
      sampleFinding({ code, relatedFiles: [hostile, 'b/c.jpg'], confidence: 0 }),
    ]);
    assert.deepEqual(validate(sarifLog(sampleReport(findings), PLACE)), []);
    assert.deepEqual(validate(sarifLog(sampleReport([]), PLACE)), []);
    assert.notDeepEqual(validate({ version: '2.1.0', runs: [{}] }), []);
  });

  test('a path with spaces, quotes, emoji, percent, hash and newline becomes a valid relative URI', () => {
    const path = 'a b/#1?/50%/"q"/😀/line\nend/c:d.jpg';
    const uri = relativeUri(path);
    assert.match(uri, /^[A-Za-z0-9%._~!'()*/-]+$/);
    assert.equal(uri.split('/').map(decodeURIComponent).join('/'), path);
  });

  test('a lone surrogate in a file name does not end the export', () => {
    assert.equal(relativeUri('a\ud800b'), 'a%EF%BF%BDb');
  });

  test('a name that begins like a scheme does not become an absolute URI', () => {
    assert.doesNotMatch(relativeUri('C:/x.jpg'), /^[a-z]+:/i);
  });

  test('every finding code is a rule with help at its anchor, and every result points to its rule', () => {
    const findings = Object.keys(DEFAULT_LEVELS).map((code) => sampleFinding({ code: code }));
    const run = sarifLog(sampleReport(findings), PLACE).runs[0]!;
    const rules = run.tool.driver.rules!;
    assert.deepEqual(rules.map((rule) => rule.id).sort(), Object.keys(DEFAULT_LEVELS).sort());
    for (const rule of rules) {
      assert.equal(rule.helpUri, `https://example.org/findings.md#${rule.id}`);
    }
    for (const result of run.results!) {
      assert.equal(rules[result.ruleIndex!]!.id, result.ruleId);
    }
  });

  test('a result names the caption file from the repository root, with the 1-based place of the caption', () => {
    const result = sarifLog(sampleReport(), PLACE).runs[0]!.results![0]!;
    assert.deepEqual(result.locations![0]!.physicalLocation, {
      artifactLocation: { uri: 'data/captions.jsonl', uriBaseId: '%SRCROOT%' },
      region: { startLine: 3, startColumn: 24, endLine: 3, endColumn: 47 },
    });
    assert.equal(result.level, 'warning');
    assert.deepEqual(
      result.relatedLocations!.map((related) => related.physicalLocation!.artifactLocation!.uri),
      ['data/photos/beach.jpg', 'data/captions.jsonl'],
    );
  });

  test('a caption over several lines has a start and no made-up end', () => {
    const finding = sampleFinding({ region: { startLine: 1, startColumn: 1 } });
    const result = sarifLog(sampleReport([finding]), PLACE).runs[0]!.results![0]!;
    assert.deepEqual(result.locations![0]!.physicalLocation!.region, {
      startLine: 1,
      startColumn: 1,
    });
  });

  test('info and hint become notes, the two other levels keep their names', () => {
    const levels = (['error', 'warning', 'info', 'hint'] as const).map((level) =>
      sampleFinding({ level }),
    );
    const results = sarifLog(sampleReport(levels), PLACE).runs[0]!.results!;
    assert.deepEqual(
      results.map((result) => result.level),
      ['error', 'warning', 'note', 'note'],
    );
  });

  test('messages show control characters instead of passing them on', () => {
    const finding = sampleFinding({ caption: 'a \u001b[2J\u202e', message: '\u009b31m is lost.' });
    const text = sarifLog(sampleReport([finding]), PLACE).runs[0]!.results![0]!.message.text!;
    assert.doesNotMatch(text, /[\u001b\u009b\u202e]/);
    assert.ok(text.includes(String.raw`\u001b[2J\u202e`));
  });
});

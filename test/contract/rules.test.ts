import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { DETECTORS } from '../../src/core/audit/detectors/detectorTable.ts';
import { RULES } from '../../src/core/audit/rules.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';

/* What a new rule still lacks is named here; its level setting by manifest.test.ts, its translations by test/server. */
describe('every rule', () => {
  test('is declared by one detector', () => {
    const codes = DETECTORS.flatMap(({ rules }) => rules.map(({ code }) => code));
    assert.deepEqual(codes, [...new Set(codes)]);
    assert.ok(codes.length > 10);
  });

  test('has a section in docs/findings.md, and every section there its rule', () => {
    const page = readFileSync('docs/findings.md', 'utf8');
    const anchors = [...page.matchAll(/^<a id="([a-z0-9/-]+)"><\/a>$/gm)].map(([, id]) => id);
    assert.deepEqual([...anchors].sort(), [...RULES.keys()].sort());
  });

  test('goes by one name: its section says the title that lists and settings show', () => {
    const page = readFileSync('docs/findings.md', 'utf8');
    for (const { code, title } of RULES.values()) {
      assert.ok(page.includes(`## ${inEnglish(title)} (\`${code}\`)`), code);
    }
  });

  test('supersedes rules that exist', () => {
    for (const { code, supersedes = [] } of RULES.values()) {
      for (const other of supersedes) assert.ok(RULES.has(other), `${code}: ${other}`);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  arranged,
  chosenNodes,
  filtered,
  findingsOf,
  type FindingNode,
} from '../../../src/extension/findingGroups.ts';
import type { FindingItem } from '../../../src/protocol/shapes.ts';
import { tourFindings } from '../../support/tourPages.ts';

const names = (findings: readonly FindingItem[]): string[] =>
  findings.map(({ uri }) => uri.slice(uri.lastIndexOf('/') + 1));

describe('the view Findings', () => {
  const findings = tourFindings();

  test('lists the surest first, of any rule', () => {
    const listed = findingsOf(arranged(findings, 'sureness'));
    assert.equal(listed.length, findings.length);
    const confidences = listed.map(({ confidence }) => confidence);
    assert.deepEqual(
      confidences,
      [...confidences].sort((a, b) => b - a),
    );
  });

  test('a filter finds each word in rule, file, message or caption, in any case', () => {
    const koala = findings.filter(({ uri }) => uri.includes('koala'));
    assert.ok(koala.length > 0);
    assert.deepEqual(filtered(findings, 'KOALA'), koala);
    const [first] = koala;
    assert.deepEqual(names(filtered(findings, `koala ${first?.code ?? ''}`)), names([first!]));
    assert.deepEqual(filtered(findings, 'koala no-such-word'), []);
    assert.deepEqual(filtered(findings, '  '), findings);
  });

  test('a menu is about all selected rows if its row is one of them, else about its row', () => {
    const [group, ...others] = arranged(findings, 'rule');
    assert.ok(group?.kind === 'group' && others.length > 0);
    assert.deepEqual(chosenNodes(group, others), [group]);
    assert.deepEqual(chosenNodes(group, [group, ...others]), [group, ...others]);
    assert.deepEqual(chosenNodes(group, undefined), [group]);
  });

  test('a finding that is selected beside its group counts once', () => {
    const [group] = arranged(findings, 'rule');
    assert.ok(group?.kind === 'group');
    const [finding] = group.findings;
    const rows: FindingNode[] = [group, { kind: 'finding', finding: finding! }];
    assert.deepEqual(findingsOf(rows), group.findings);
  });
});

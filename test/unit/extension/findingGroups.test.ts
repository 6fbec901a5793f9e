import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  arranged,
  chosenNodes,
  filtered,
  findingAbout,
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

  test('the finding about what is open: the image, the caption at the cursor, or the only pair of the file', () => {
    const [first, second] = findings.filter(({ item }) => item !== undefined);
    const caption = (uri: string, line: number) =>
      findingAbout(findings, { kind: 'caption', uri, position: { line, character: 3 } });
    const image = { kind: 'image', uri: second!.item!.imageUri } as const;
    assert.equal(findingAbout(findings, image), second);
    assert.equal(caption(first!.uri, 0), first);
    assert.equal(caption(first!.uri, 7), first, 'below the caption of a file of its own');
    assert.equal(caption('file:///elsewhere.txt', 0), undefined);

    const uri = 'file:///table.jsonl';
    const at = (line: number): FindingItem => {
      const range = { start: { line, character: 0 }, end: { line, character: 9 } };
      const { item, imageUri } = line === 3 ? first! : second!;
      return { ...first!, uri, range, imageUri: imageUri!, item: { ...item!, captionUri: uri } };
    };
    const rows = [at(3), at(5)];
    const row = (line: number) =>
      findingAbout(rows, { kind: 'caption', uri, position: { line, character: 0 } });
    assert.equal(row(5), rows[1]);
    assert.equal(row(4), undefined, 'a row without a finding');
  });
});

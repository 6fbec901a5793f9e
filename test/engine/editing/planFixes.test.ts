import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding, Fix } from '../../../src/core/audit/finding.ts';
import { sentence } from '../../../src/core/text/sentence.ts';
import { openDatasets } from '../../../src/engine/discovery/openDatasets.ts';
import type { WantedFixes } from '../../../src/engine/editing/chooseFix.ts';
import { diffOf } from '../../../src/engine/editing/fileChange.ts';
import { NotedReads } from '../../../src/engine/editing/notedReads.ts';
import { type FixPlan, planFixes } from '../../../src/engine/editing/planFixes.ts';
import { memoryFiles, type MemoryFiles } from '../../support/memoryFiles.ts';

const ROOT = '/data';

function found(code: string, pair: number, fixes: readonly Fix[], confidence = 0.95): Finding {
  return {
    code,
    level: 'warning',
    file: 'a.txt',
    pair,
    message: sentence('x'),
    evidence: [],
    confidence,
    relatedPairs: [],
    relatedFiles: [],
    fixes,
  };
}

const SWAP = [
  found('captions-swapped', 0, [{ kind: 'swap-captions', pair: 0, other: 1 }]),
  found('captions-swapped', 1, [{ kind: 'swap-captions', pair: 1, other: 0 }]),
];
const SUGGESTED: Fix = {
  kind: 'replace-caption',
  caption: 'a better one',
  match: 0.4,
  homeless: true,
};
const EXAMPLE: Fix = {
  kind: 'replace-caption',
  caption: 'of another picture',
  match: 0.9,
  homeless: false,
};

async function planned(
  findings: readonly Finding[],
  wanted: Partial<WantedFixes> = {},
  meanwhile: (files: MemoryFiles) => void = () => undefined,
): Promise<FixPlan> {
  const texts = Object.fromEntries(
    ['a', 'b', 'c'].map((name) => [`${name}.txt`, `caption ${name}\n`]),
  );
  const images = Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}.jpg`, 'jpg']));
  const files = memoryFiles(ROOT, { ...texts, ...images });
  const reads = new NotedReads(files);
  const [dataset] = await openDatasets(reads.files, ROOT, {});
  assert.ok(dataset !== undefined);
  meanwhile(files);
  return planFixes(
    ROOT,
    [{ dataset, settings: {}, findings }],
    { rules: undefined, suggestions: undefined, ...wanted },
    reads,
  );
}

describe('fixes of findings', () => {
  test('an exchange is one change of two files, though each pair has a finding', async () => {
    const { changes, fixed } = await planned(SWAP);
    assert.deepEqual([...fixed], [['captions-swapped', 2]]);
    assert.deepEqual(changes.map(diffOf), [
      '--- a/a.txt\n+++ b/a.txt\n@@ -1,1 +1,1 @@\n-caption a\n+caption b\n',
      '--- a/b.txt\n+++ b/b.txt\n@@ -1,1 +1,1 @@\n-caption b\n+caption a\n',
    ]);
  });

  test('an exchange that is not sure waits until its rule is named', async () => {
    const unsure = SWAP.map((finding) => ({ ...finding, confidence: 0.6 }));
    const plan = await planned(unsure);
    assert.equal(plan.changes.length, 0);
    assert.deepEqual([...plan.left], [['captions-swapped', 2]]);
    const named = await planned(unsure, { rules: new Set(['captions-swapped']) });
    assert.equal(named.changes.length, 2);
  });

  test('a caption of another image is written on request only, and never one that fits where it is', async () => {
    const wrong = [found('caption-mismatch', 0, [EXAMPLE, SUGGESTED])];
    const rules = new Set(['caption-mismatch']);
    for (const wanted of [{}, { rules }, { rules, suggestions: 'likely' as const }]) {
      assert.deepEqual((await planned(wrong, wanted)).changes, []);
    }
    // Without the rule the suggestions are not for it.
    assert.deepEqual((await planned(wrong, { suggestions: 'first' })).changes, []);
    const { changes } = await planned(wrong, { rules, suggestions: 'first' });
    assert.match(changes.map(diffOf).join(''), /^\+a better one$/mu);
    const example = [found('caption-mismatch', 0, [EXAMPLE])];
    assert.deepEqual((await planned(example, { rules, suggestions: 'first' })).changes, []);
  });

  test('a caption that is suggested for several images goes to the one that it fits best', async () => {
    const rivals = [0.6, 0.9, 0.7].map((match, pair) =>
      found('caption-mismatch', pair, [{ ...SUGGESTED, match }]),
    );
    const rules = new Set(['caption-mismatch']);
    const { changes, left } = await planned(rivals, { rules, suggestions: 'first' });
    assert.deepEqual(
      changes
        .map(diffOf)
        .join('')
        .match(/^\+\+\+ .*/gm),
      ['+++ b/b.txt'],
    );
    assert.deepEqual([...left], [['caption-mismatch', 2]]);
  });

  test('a caption that follows from the old one needs no request', async () => {
    const doubled = [found('x', 0, [{ kind: 'replace-caption', caption: 'caption' }])];
    assert.equal((await planned(doubled)).changes.length, 1);
  });

  test('of two fixes of one caption or file the first is taken, the other later', async () => {
    const both = [...SWAP, found('x', 1, [{ kind: 'replace-caption', caption: 'other' }])];
    const { changes, later } = await planned(both);
    assert.equal(changes.length, 2);
    assert.equal(later, 1);
    const whole = [found('trainer/bom', 0, [{ kind: 'plain-utf8', files: ['b.txt'] }]), ...SWAP];
    assert.equal((await planned(whole)).later, 2);
  });

  test('a file that was changed after it was read is refused', async () => {
    await assert.rejects(
      planned(SWAP, {}, (files) => files.entries.set(`${ROOT}/b.txt`, 'caption x\n')),
      /b\.txt was changed in the meantime/u,
    );
  });
});

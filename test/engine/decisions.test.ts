import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision } from '../../src/core/dataset/decisions.ts';
import type { EmbeddedDataset } from '../../src/core/audit/embeddedDataset.ts';
import { auditDataset } from '../../src/engine/audit/auditDataset.ts';
import type { AuditRequest } from '../../src/engine/batch/batchPorts.ts';
import { auditFolder } from '../../src/engine/batch/auditFolder.ts';
import { decisionsOf, readDecisions, writeDecisions } from '../../src/engine/audit/decisionFile.ts';
import { pairLines } from '../../src/engine/batch/pairLines.ts';
import { fakeWorkspace } from '../support/fakeWorkspace.ts';
import { PairLensError } from '../../src/core/errors.ts';
import { inEnglish } from '../../src/core/text/sentence.ts';
import { memoryFiles, type MemoryEntry } from '../support/memoryFiles.ts';
import { syntheticBank, syntheticWorld } from '../support/syntheticWorld.ts';

const reference = syntheticBank();
const hash = (text: string): string => `h(${text})`;
const PLACE = { root: '/data', folder: '/data' };

/** Decides on one pair of a dataset in a file, and audits the dataset as the command line does. */
async function auditedWith(embedded: EmbeddedDataset, p: number, decision: Decision | 'none') {
  const files = memoryFiles('/data', {});
  const { image, caption } = embedded.dataset.pairs[p]!;
  const imageHash = embedded.images.hashes[embedded.imageRow[p]!]!;
  await writeDecisions(files, PLACE, [{ image, imageHash, caption, decision }], hash);
  const workspace = {
    ...fakeWorkspace([embedded.dataset]),
    hash,
    index: () => Promise.resolve(embedded),
    decisions: (root: string, folder: string) => readDecisions(files, root, folder),
    audit: (whole: EmbeddedDataset, { levels, decisions = [] }: AuditRequest) =>
      auditDataset(whole, { levels, decisions, reference }),
  };
  const audited = await auditFolder('/data', workspace, { version: '1' }, {});
  const lines = [...pairLines('/data', audited.datasets)].map(
    (line) => JSON.parse(line) as { mismatch: number; findings: string[] },
  );
  const about = audited.report.findings.filter(
    ({ image: of, code }) => of === image && code !== 'exact-duplicate',
  );
  return { ...audited, lines, about };
}

const given = Array.from({ length: 60 }, (_, i) => i);
[given[12], given[33]] = [33, 12];
// A single swap among sixty is mostly left alone; the second raises the share that is believed.
[given[5], given[50]] = [50, 5];
const { embedded } = syntheticWorld(60, { given });

test('a verified pair keeps its line and loses its findings, its partner is no longer swapped with it', async () => {
  const before = await auditedWith(embedded, 12, 'none');
  assert.deepEqual(before.lines[12]!.findings.includes('captions-swapped'), true);
  assert.equal(before.report.summary.decided, undefined);
  const after = await auditedWith(embedded, 12, 'verified');
  assert.equal(after.lines.length, 60);
  assert.deepEqual(after.lines[12]!.findings, []);
  assert.deepEqual(after.about, []);
  assert.ok(!after.lines[33]!.findings.includes('captions-swapped'));
  assert.deepEqual(after.report.summary.decided, { verified: 1, excluded: 0 });
});

test('an excluded pair keeps its line, is reported nowhere, and teaches nothing', async () => {
  const after = await auditedWith(embedded, 12, 'excluded');
  assert.equal(after.lines.length, 60);
  assert.deepEqual(after.lines[12]!.findings, []);
  assert.deepEqual(after.about, []);
  for (const { relatedPairs } of after.report.findings) {
    assert.ok(relatedPairs.every(({ image }) => image !== '12.jpg'));
  }
  assert.deepEqual(after.report.summary.decided, { verified: 0, excluded: 1 });
});

test('a decision lapses when the image or the caption changes', () => {
  const { caption } = embedded.dataset.pairs[7]!;
  const imageHash = embedded.images.hashes[7]!;
  const decisions = new Map([[hash(`${imageHash}\0${caption}`), 'verified' as const]]);
  const decided = (world: EmbeddedDataset) => decisionsOf(world, decisions, hash)[7];
  assert.equal(decided(embedded), 'verified');
  const hashes = embedded.images.hashes.with(7, 'other bytes');
  assert.equal(decided({ ...embedded, images: { ...embedded.images, hashes } }), undefined);
  const pairs = embedded.dataset.pairs.with(7, {
    ...embedded.dataset.pairs[7]!,
    caption: `${caption}!`,
  });
  assert.equal(decided({ ...embedded, dataset: { ...embedded.dataset, pairs } }), undefined);
});

const PATH = '/data/.pairlens/decisions.jsonl';
const PAIR = { image: '12.jpg', imageHash: 'bytes', caption: 'a dog' };

function filesWith(content: MemoryEntry) {
  return memoryFiles('/data', { '.pairlens/decisions.jsonl': content });
}

test('decisions that cannot be read are a finding of the audit, and deciding leaves them as they are', async () => {
  for (const [content, words] of [
    [Buffer.from('{"key":"k","caption":"schön grün über Hügel"}\n', 'latin1'), /neither UTF-8/],
    [{ fails: 'named-pipe' }, /could not be read/],
    [{ outside: '/home/me/.bashrc', content: 'alias' }, /leads to \/home\/me\/\.bashrc, outside/],
    [new Uint8Array(65 * 2 ** 20).fill(0x0a), /too large/],
  ] as const) {
    const files = filesWith(content);
    const { decisions, problems } = await readDecisions(files, '/data', '/data');
    assert.equal(decisions.size, 0);
    assert.deepEqual(
      problems.map(({ code, file }) => [code, file]),
      [['unreadable-decisions', '.pairlens/decisions.jsonl']],
    );
    assert.match(inEnglish(problems[0]!.message), words);
    await assert.rejects(
      writeDecisions(files, PLACE, [{ ...PAIR, decision: 'verified' }], hash),
      (error) => PairLensError.is(error),
    );
    assert.equal(files.entries.get(PATH), content);
    const audited = await auditFolder(
      '/data',
      {
        ...fakeWorkspace([embedded.dataset]),
        hash,
        index: () => Promise.resolve(embedded),
        decisions: () => readDecisions(files, '/data', '/data'),
        audit: (whole: EmbeddedDataset, { levels, decisions: known = [] }: AuditRequest) =>
          auditDataset(whole, { levels, decisions: known, reference }),
      },
      { version: '1' },
      {},
    );
    assert.equal(audited.report.summary.findings['unreadable-decisions'], 1);
  }
});

test('damaged lines are told with the place of the first; the others count, and deciding keeps them', async () => {
  const good = JSON.stringify({ key: 'k', decision: 'verified', image: 'a.jpg', caption: 'x' });
  const text = `# ours\n${good}\n<<<<<<< HEAD\n\n=======\n`;
  const files = filesWith(text);
  const { decisions, problems } = await readDecisions(files, '/data', '/data');
  assert.deepEqual([...decisions], [['k', 'verified']]);
  const [problem, ...others] = problems;
  assert.deepEqual(others, []);
  assert.equal(problem?.range?.line, 2);
  assert.equal(text.slice(problem.range.start, problem.range.end), '<<<<<<< HEAD');
  assert.equal(
    inEnglish(problem.message),
    'Line 3 of .pairlens/decisions.jsonl is no decision, one of 2 such lines; the others count.',
  );
  await writeDecisions(files, PLACE, [{ ...PAIR, decision: 'excluded' }], hash);
  const after = new TextDecoder().decode(files.entries.get(PATH) as Uint8Array);
  assert.ok(after.startsWith(text) && after.length > text.length);
});

test('with the last decision taken back the file goes, and none is made to take back nothing', async () => {
  const files = memoryFiles('/data', {});
  await writeDecisions(files, PLACE, [{ ...PAIR, decision: 'none' }], hash);
  assert.equal(files.entries.has(PATH), false);
  await writeDecisions(files, PLACE, [{ ...PAIR, decision: 'verified' }], hash);
  assert.equal(files.entries.has(PATH), true);
  await writeDecisions(files, PLACE, [{ ...PAIR, decision: 'none' }], hash);
  assert.equal(files.entries.has(PATH), false);
});

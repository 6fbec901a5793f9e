import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { attackFolder, goodPairs } from './support/data.ts';
import {
  damaged,
  hungry,
  liars,
  writeHostile,
  type HostileImage,
} from './support/hostileImages.ts';
import { findingsIn, judgedIn, treeOf } from './support/report.ts';
import { audit, outcomeOf, saidOf } from './support/run.ts';
import { full, seededRandom, trials } from './support/trials.ts';

// Files that attack the decoders: each is judged or named with a remedy, in bounded time and memory, and no good pair is lost.

const root = await attackFolder('images');
const LIMITS = { timeoutMs: 180_000, memoryMb: 1500 } as const;
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f]/;
let folders = 0;

async function auditBeside(files: readonly HostileImage[]): Promise<void> {
  const folder = path.join(root, String(folders++));
  const good = await goodPairs(folder);
  for (const file of files) writeHostile(folder, file);
  const before = treeOf(folder);
  const [report, pairs] = [`${folder}.json`, `${folder}.jsonl`];
  const ended = await audit(folder, `${folder}.cache`, report, ['--pairs', pairs], LIMITS);
  const told = `${outcomeOf(ended)} after ${ended.ms} ms with ${ended.peakMb} MB: ${saidOf(ended)}`;
  console.log(`${files.length} files: ${ended.ms} ms, ${ended.peakMb} MB`);
  assert.equal(outcomeOf(ended), '0', told);
  assert.ok(ended.peakMb < LIMITS.memoryMb, told);
  assert.doesNotMatch(saidOf(ended), CONTROL);
  assert.doesNotMatch(saidOf(ended), /\n\s+at /, 'no stack');
  assert.deepEqual(treeOf(folder), before, 'nothing is written into the dataset');
  const judged = judgedIn(pairs);
  for (const name of good) assert.ok(judged.has(name), `${name} is lost`);
  const findings = findingsIn(report);
  for (const { name, noPicture } of files) {
    if (judged.has(name)) {
      assert.ok(!noPicture, `${name} was decoded`);
      continue;
    }
    const problem = findings.find(
      (each) => each.code === 'unreadable-image' && (each.image ?? each.file) === name,
    );
    assert.ok(problem, `${name} is neither judged nor named`);
    assert.ok(problem.remedy, `${name}: ${problem.message}`);
  }
}

test('files that lie about what they are', async () => {
  const files = await liars();
  await auditBeside(files);
  if (full()) for (const file of files) await auditBeside([file]);
});

test('pictures that take much memory, eight of each', async () => {
  await auditBeside(await hungry(full() ? 8000 : 4000));
});

test('damaged pictures of every format', async () => {
  const random = seededRandom('damaged pictures');
  await auditBeside(await damaged(trials(100), random));
});

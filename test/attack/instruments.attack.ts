import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { countCalls, countedCalls, crashAt } from './support/crashShim.ts';
import { attackFolder, smallDataset } from './support/data.ts';
import { findingsIn, judgedIn, snapshotOf } from './support/report.ts';
import { audit, outcomeOf, run } from './support/run.ts';

// What the attacks measure with, measured: an instrument that sees nothing would make every attack pass.

const root = await attackFolder('instruments');
const node = (script: string, options = {}) => run(process.execPath, ['-e', script], options);

test('a limit of time ends a whole process tree', async () => {
  const ended = await run('/bin/sh', ['-c', 'sleep 300 & sleep 300; true'], { timeoutMs: 300 });
  assert.equal(outcomeOf(ended), 'time');
  assert.ok(ended.ms < 60_000, 'the child that holds standard output is ended too');
});

test('a limit of memory ends a process, and the peak is told', async () => {
  const hungry = 'const held = []; setInterval(() => held.push(Buffer.alloc(2 ** 24, 1)), 10)';
  const ended = await node(hungry, { memoryMb: 400 });
  assert.equal(outcomeOf(ended), 'memory');
  assert.ok(ended.peakMb > 400, `${ended.peakMb} MB`);
});

test('the calls that write are counted, and each can be made to fail', async () => {
  const folder = path.join(root, 'shim');
  await mkdir(folder);
  const log = path.join(root, 'shim.log');
  const script = `const fs = require('node:fs'); const file = ${JSON.stringify(path.join(folder, 'x'))};
    fs.writeFileSync(file, 'abcdef'); fs.renameSync(file, file + 'y'); fs.unlinkSync(file + 'y');`;
  assert.equal(outcomeOf(await node(script, { env: countCalls(folder, log) })), '0');
  assert.deepEqual(countedCalls(log), ['write', 'rename', 'unlink']);

  const killed = await node(script, { env: crashAt(folder, { at: 2, mode: 'kill' }) });
  assert.equal(outcomeOf(killed), 'SIGKILL');
  assert.match(snapshotOf(folder).join(), /^x \S+ abcdef$/);
  const torn = await node(script, { env: crashAt(folder, { at: 1, mode: 'torn' }) });
  assert.equal(outcomeOf(torn), 'SIGKILL');
  assert.match(snapshotOf(folder).join(), /^x \S+ abc$/);
  const refused = await node(script, { env: crashAt(folder, { at: 1, mode: 'enospc' }) });
  assert.match(refused.stderr, /ENOSPC/);
});

test('the small data gives an audit something to find', async () => {
  const folder = path.join(root, 'set');
  await smallDataset(folder, 16);
  const before = snapshotOf(folder);
  const [report, pairs] = [path.join(root, 'r.json'), path.join(root, 'p.jsonl')];
  const ended = await audit(folder, path.join(root, 'cache'), report, ['--pairs', pairs]);
  assert.equal(outcomeOf(ended), '0', ended.stderr);
  const codes = findingsIn(report).map(({ code }) => code);
  const byEncoders = ['caption-mismatch', 'captions-swapped', 'near-duplicate', 'hard-negative'];
  assert.ok(
    codes.some((code) => byEncoders.includes(code)),
    codes.join(),
  );
  assert.equal(judgedIn(pairs).size, 16);
  assert.deepEqual(snapshotOf(folder), before, 'an audit leaves the dataset as it was');
  await writeFile(path.join(folder, 'img0000.txt'), 'x');
  assert.notDeepEqual(snapshotOf(folder), before, 'a changed byte is seen');
});

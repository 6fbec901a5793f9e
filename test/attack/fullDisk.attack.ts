import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { attackFolder, smallDataset } from './support/data.ts';
import { inLanes } from './support/lanes.ts';
import { CLI, run } from './support/run.ts';
import { trials } from './support/trials.ts';
import { Trial } from './support/trial.ts';

/* The cache lies on a disk of its own (tmpfs, in a mount namespace of the process) that is full after some kilobytes. */

const SMALLEST_KB = 4;
const LARGEST_KB = 160;
const canMount =
  spawnSync('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;

test('a full disk costs no result', { skip: canMount ? false : 'needs root' }, async () => {
  const root = await attackFolder('full');
  const dataset = path.join(root, 'set');
  await smallDataset(dataset, 16);
  const reference = new Trial(dataset, path.join(root, 'reference'));
  assert.equal((await reference.run()).status, 0);
  const wanted = reference.result;
  const count = trials(8);
  const sizes = Array.from({ length: count }, (_, i) =>
    Math.round(SMALLEST_KB + (i * (LARGEST_KB - SMALLEST_KB)) / Math.max(1, count - 1)),
  );
  let told = 0;
  await inLanes(sizes.entries(), async ([n, kb]) => {
    const trial = new Trial(dataset, path.join(root, String(n)));
    await mkdir(trial.cache, { recursive: true });
    const script = `mount -t tmpfs -o size=${kb}k tmpfs "$1" && exec "$2" "$3" --cache "$1" audit "$4" --format json --out "$5" --pairs "$6" --fail-on never`;
    const words = [trial.cache, process.execPath, CLI, dataset, trial.report, trial.pairs];
    const ended = await run('unshare', ['--mount', 'sh', '-c', script, 'sh', ...words]);
    trial.check(ended, wanted, `${kb} KB`);
    if (/warning: The cache .*ENOSPC/.test(ended.stderr)) told++;
    await trial.remove();
  });
  assert.ok(told > 0, 'no disk was full');
  console.log(`fullDisk: ${count} sizes, ${told} were too small`);
});

import assert from 'node:assert/strict';
import { cpSync, existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { countCalls, countedCalls, crashAt } from './support/crashShim.ts';
import { attackFolder, smallDataset } from './support/data.ts';
import { inLanes } from './support/lanes.ts';
import { outcomeOf } from './support/run.ts';
import { trials } from './support/trials.ts';
import { Trial } from './support/trial.ts';

/*
 * The disk under the cache fails, is full, or takes the process with it, at one call after another, for once or for good: the
 * findings are right, and a warning tells.
 */

const root = await attackFolder('disk');
const dataset = path.join(root, 'set');
const reference = new Trial(dataset, path.join(root, 'reference'));
let wanted: readonly unknown[] = [];

before(async () => {
  await smallDataset(dataset, 16);
  const ended = await reference.run();
  assert.equal(ended.status, 0, ended.stderr);
  wanted = reference.result;
});

/** A trial on a new cache, or on a copy of one that knows everything. */
function trialOf(name: string, warm: boolean): Trial {
  const trial = new Trial(dataset, path.join(root, name));
  if (warm) cpSync(reference.cache, trial.cache, { recursive: true, preserveTimestamps: true });
  return trial;
}

async function callsOf(name: string, warm: boolean, reads: boolean): Promise<readonly string[]> {
  const trial = trialOf(name, warm);
  const log = path.join(root, `${name}.log`);
  const env = { ...countCalls(trial.cache, log), CRASH_READS: reads ? '1' : undefined };
  const ended = await trial.run({ env });
  trial.check(ended, wanted, 'counting');
  return existsSync(log) ? countedCalls(log) : [];
}

for (const { name, warm, reads } of [
  { name: 'cold', warm: false, reads: false },
  { name: 'warm', warm: true, reads: true },
]) {
  test(`a failing disk costs no result: ${name}`, async () => {
    const calls = await callsOf(`${name}-count`, warm, reads);
    assert.ok(calls.length > 1, calls.join());
    const every = calls.flatMap((call, i) =>
      (['enospc', 'eio'] as const).flatMap((mode) =>
        [true, false].map((sticky) => ({ call, at: i + 1, mode, sticky })),
      ),
    );
    // Coprime to the four kinds of failure, so that each is met.
    const step = 1 + 2 * Math.floor(every.length / trials(12) / 2);
    const attempts = every.filter((_, i) => i % step === 0);
    await inLanes(attempts, async ({ call, at, mode, sticky }) => {
      const trial = trialOf(`${name}-${mode}-${sticky}-${at}`, warm);
      const env = {
        ...crashAt(trial.cache, { at, mode, sticky }),
        CRASH_READS: reads ? '1' : undefined,
      };
      const ended = await trial.run({ env });
      trial.check(ended, wanted, `${mode} at ${call} ${at}`);
      // Nothing is lost where a read fails, or where a file of an earlier version cannot be removed.
      if (!reads && (sticky || call.includes('write')))
        assert.match(ended.stderr, /warning: The cache/, `${mode} at ${call} ${at}`);
      await trial.remove();
    });
    console.log(
      `failingDisk, ${name}: ${attempts.length} of ${every.length} failures at ${calls.join(' ')}`,
    );
  });
}

test('a process that dies at a write costs no result of the next one', async () => {
  const calls = await callsOf('death-count', false, false);
  const attempts = calls.flatMap((call, i) =>
    (['kill', 'torn'] as const).map((mode) => ({ call, at: i + 1, mode })),
  );
  await inLanes(attempts, async ({ call, at, mode }) => {
    const trial = trialOf(`${mode}-${at}`, false);
    await mkdir(trial.cache, { recursive: true });
    const died = await trial.run({ env: crashAt(trial.cache, { at, mode }) });
    assert.equal(outcomeOf(died), 'SIGKILL', `${mode} at ${call} ${at}`);
    const next = await trial.run();
    trial.check(next, wanted, `after ${mode} at ${call} ${at}`);
    assert.doesNotMatch(next.stderr, /warning/);
    await trial.remove();
  });
});

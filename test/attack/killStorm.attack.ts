import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { attackFolder, smallDataset } from './support/data.ts';
import { inLanes } from './support/lanes.ts';
import { snapshotOf, treeOf } from './support/report.ts';
import { outcomeOf, pairlens } from './support/run.ts';
import { seededRandom, trials } from './support/trials.ts';
import { Trial } from './support/trial.ts';

/* Audits are killed at random moments, several times over on one cache; then one that may end has the right findings. */

const KILLS_A_ROUND = 8;

test('audits that are killed leave nothing wrong and nothing behind', async () => {
  const root = await attackFolder('kill');
  const random = seededRandom('killStorm');
  const dataset = path.join(root, 'set');
  await smallDataset(dataset, 120);
  const untouched = snapshotOf(dataset);
  const reference = new Trial(dataset, path.join(root, 'reference'));
  const undisturbed = await reference.run();
  assert.equal(undisturbed.status, 0, undisturbed.stderr);
  const wanted = reference.result;
  const rounds = Array.from({ length: Math.ceil(trials(16) / KILLS_A_ROUND) }, () =>
    Array.from({ length: KILLS_A_ROUND }, () => 100 + random.next() * undisturbed.ms),
  );
  let died = 0;
  await inLanes(rounds.entries(), async ([n, moments]) => {
    const trial = new Trial(dataset, path.join(root, String(n)));
    for (const killAfterMs of moments) {
      const ended = await trial.run({ killAfterMs });
      if (outcomeOf(ended) === 'SIGKILL') died++;
      assert.doesNotMatch(ended.stderr, /warning|error/);
      if (existsSync(trial.report)) JSON.parse(readFileSync(trial.report, 'utf8'));
    }
    const last = await trial.run();
    trial.check(last, wanted, `round ${n}`);
    assert.doesNotMatch(last.stderr, /warning|error/);
    const files = treeOf(trial.cache);
    assert.ok(files.length <= 2 * KILLS_A_ROUND, files.join());
    assert.ok(
      files.every((name) => name.endsWith('.segment')),
      files.join(),
    );
    const cleared = await pairlens(['--cache', trial.cache, 'cache', 'clear']);
    assert.equal(cleared.status, 0, cleared.stderr);
    assert.deepEqual(treeOf(trial.cache), []);
    await trial.remove();
  });
  assert.deepEqual(snapshotOf(dataset), untouched);
  console.log(`killStorm: ${rounds.length * KILLS_A_ROUND} kills, ${died} before the end`);
});

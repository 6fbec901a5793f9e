import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { attackFolder } from './support/data.ts';
import { markedNames, markedStates, writeMarked } from './support/markedCaptions.ts';
import { CLI, pairlens, run } from './support/run.ts';
import { seededRandom, trials } from './support/trials.ts';

// `pairlens fix --write` is killed in the middle of 1,000 files, or its disk is full. Every file is old or new, the next run
// says how many are which, and --undo gives back what was.

const FILES = 1000;
const root = await attackFolder('fix');
const dataset = path.join(root, 'set');
const cache = path.join(root, 'cache');
const names = markedNames(FILES);

/** How many captions are as they were, and changed; anything else fails. */
const states = async (folder = dataset): Promise<{ old: number; new: number }> => {
  const { old, new: changed } = await markedStates(folder, names);
  return { old, new: changed };
};

const fix = (...args: string[]) => ['--cache', cache, 'fix', dataset, ...args];

describe('a fix of 1,000 files', () => {
  before(async () => {
    await writeMarked(dataset, names, path.join(root, 'originals'));
    const dry = await pairlens(fix());
    assert.equal(dry.status, 0, dry.stderr);
    assert.match(dry.stderr, /1,000 files would change/u);
  });

  test('that is killed leaves every file old or new, and is told and taken back', async () => {
    const random = seededRandom('fixCrash');
    const unfinished = path.join(dataset, '.pairlens/unfinished-fix.jsonl');
    const seen: number[] = [];
    for (let round = 0; round < trials(3); round++) {
      const delay = random.next() * 1000;
      const ended = await run(process.execPath, [CLI, ...fix('--write')], {
        onSpawn: (child) => void killDuring(child, unfinished, delay),
      });
      const { old, new: changed } = await states();
      if (ended.signal !== 'SIGKILL') {
        assert.deepEqual([old, changed], [0, FILES], ended.stderr);
      } else {
        seen.push(changed);
        const next = await pairlens(fix());
        const said = `${changed.toLocaleString('en')} files? changed, ${old.toLocaleString('en')} not`;
        assert.match(next.stderr, new RegExp(`was stopped: ${said}`, 'u'));
        assert.deepEqual(await states(), { old, new: changed }, 'a dry run writes nothing');
      }
      const undone = await pairlens(fix('--undo'));
      assert.equal(undone.status, 0, undone.stderr);
      assert.deepEqual(await states(), { old: FILES, new: 0 });
    }
    assert.ok(seen.length > 0, 'no run was killed');
    console.log(`fixCrash: killed after ${seen.join(', ')} files`);
  });

  test('that was killed is taken back by the next, which then changes all', async () => {
    const unfinished = path.join(dataset, '.pairlens/unfinished-fix.jsonl');
    await run(process.execPath, [CLI, ...fix('--write')], {
      onSpawn: (child) => void killDuring(child, unfinished, 50),
    });
    const next = await pairlens(fix('--write'));
    assert.equal(next.status, 0, next.stderr);
    assert.match(next.stderr, /was stopped[^]*It was taken back/u);
    assert.deepEqual(await states(), { old: 0, new: FILES });
    assert.equal((await pairlens(fix('--undo'))).status, 0);
    assert.deepEqual(await states(), { old: FILES, new: 0 });
  });

  const canMount =
    spawnSync('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;
  test('on a full disk changes nothing', { skip: canMount ? false : 'needs root' }, async () => {
    // The dataset lies on a small disk of its own, which a file fills but for some blocks.
    const mount = path.join(root, 'disk');
    const copy = path.join(root, 'after');
    for (const blocks of [1, 60]) {
      await mkdir(mount, { recursive: true });
      await rm(copy, { recursive: true, force: true });
      const script = `mount -t tmpfs -o size=64m tmpfs "$1" && cp -r "$2" "$1/set" &&
        dd if=/dev/zero of="$1/filler" bs=4k 2>/dev/null;
        truncate -s -$(( $3 * 4096 )) "$1/filler";
        "$4" "$5" --cache "$6" fix "$1/set" --write; status=$?; cp -r "$1/set" "$7"; exit $status`;
      const words = [mount, dataset, String(blocks), process.execPath, CLI, cache, copy];
      const ended = await run('unshare', ['--mount', 'sh', '-c', script, 'sh', ...words]);
      const after = await states(copy);
      assert.ok(after.old === FILES || after.new === FILES, `${blocks}: ${JSON.stringify(after)}`);
      assert.equal(ended.status, after.new === FILES ? 0 : 2, ended.stderr);
      if (ended.status === 2) assert.match(ended.stderr, /ENOSPC|full/u);
    }
  });
});

/** Kills the process `delay` ms after the journal is there. */
async function killDuring(
  child: { kill(signal: 'SIGKILL'): boolean; readonly exitCode: number | null },
  journal: string,
  delay: number,
): Promise<void> {
  while (!existsSync(journal) && child.exitCode === null) await sleep(2);
  await sleep(delay);
  child.kill('SIGKILL');
}

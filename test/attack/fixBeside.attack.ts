import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJournal, FINISHED } from '../../src/engine/editing/fixJournal.ts';
import { nodeFiles } from '../../src/adapters/nodeFiles.ts';
import { attackFolder } from './support/data.ts';
import { mark, markedNames, markedStates, unmark, writeMarked } from './support/markedCaptions.ts';
import { pairlens, type Ended } from './support/run.ts';
import { seededRandom, trials } from './support/trials.ts';

// Two `pairlens fix` at once in one folder, or one beside an editor that saves. Every file is old or new or what the editor
// saved, the journal is that of the last run, and who could not work is told why.

const FILES = 100;
const root = await attackFolder('fixBeside');
const dataset = path.join(root, 'set');
const names = markedNames(FILES);
const others = markedNames(FILES, 'q');
const random = seededRandom('fixBeside');

const fix = (...args: string[]): Promise<Ended> =>
  pairlens(['--cache', path.join(root, 'cache'), 'fix', dataset, ...args]);

/** Fails unless a run did its work, or was refused with a reason that is listed. */
function assertTold({ status, stderr }: Ended, ...reasons: RegExp[]): void {
  if (status === 0) return;
  assert.equal(status, 2, stderr);
  assert.ok(
    reasons.some((reason) => reason.test(stderr)),
    stderr,
  );
}

const ELSEWHERE = /Another run is changing files of this folder/u;
const NOTHING = /no run to take back/u;
const CHANGED = /was changed (?:after the run|in the meantime)/u;

const journals = (): Promise<string[]> => readdir(path.join(dataset, '.pairlens'));

describe('a fix beside another writer', () => {
  before(async () => {
    await writeMarked(dataset, [...names, ...others], path.join(root, 'originals'));
    // Warm: the runs below shall write, not encode.
    const dry = await fix();
    assert.equal(dry.status, 0, dry.stderr);
  });

  test('two that take the same run back: one does, every file is old, the other is told', async () => {
    const told: Record<string, number> = {};
    for (let round = 0; round < trials(4); round++) {
      const written = await fix('--write');
      assert.equal(written.status, 0, written.stderr);
      const late = random.next() * 400;
      const undone = await Promise.all([fix('--undo'), sleep(late).then(() => fix('--undo'))]);
      for (const each of undone) assertTold(each, ELSEWHERE, NOTHING);
      assert.equal(undone.filter(({ status }) => status === 0).length, 1, undone[1].stderr);
      const { stderr } = undone.find(({ status }) => status !== 0) ?? { stderr: '' };
      const why = stderr.includes('Another run') ? 'another run' : 'nothing';
      told[why] = (told[why] ?? 0) + 1;
      assert.equal((await markedStates(dataset, [...names, ...others])).old, 2 * FILES);
      assert.deepEqual(await journals(), []);
    }
    console.log(`fixBeside: the second was told ${JSON.stringify(told)}`);
  });

  test('one that writes beside one that takes back: the journal holds what is changed', async () => {
    for (let round = 0; round < trials(2); round++) {
      // The first run changes the one half; then the other half has something to fix.
      await Promise.all(others.map((name) => unmark(dataset, name)));
      assert.equal((await fix('--write')).status, 0);
      await Promise.all(others.map((name) => mark(dataset, name)));
      const late = random.next() * 3000;
      const [written, undone] = await Promise.all([
        fix('--write'),
        sleep(late).then(() => fix('--undo')),
      ]);
      assertTold(written, ELSEWHERE, CHANGED);
      assertTold(undone, ELSEWHERE, NOTHING, CHANGED);
      const left = await readJournal(nodeFiles, dataset, FINISHED);
      assert.deepEqual(await journals(), left === undefined ? [] : ['last-fix.jsonl']);
      const inJournal = new Set(
        left?.entries.map((entry) => (entry.kind === 'write' ? entry.file : '')),
      );
      // On a fast machine the run that writes has ended before, and is the one that is taken back.
      const wasSecond = undone.stdout.includes(`${others[0]}.txt`);
      const firstIsBack = undone.status === 0 && !wasSecond;
      // The run that writes may have read files that the other one had not yet taken back.
      const expected = names.map((name) => !firstIsBack || inJournal.has(`${name}.txt`));
      for (const [n, name] of names.entries()) {
        const state = await markedStates(dataset, [name]);
        assert.equal(state.new === 1, expected[n], `${name}, ${late} ms late: ${undone.stderr}`);
      }
      const second = await markedStates(dataset, others);
      assert.equal(second.new, written.status === 0 && !wasSecond ? FILES : 0);
      for (const file of inJournal) {
        assert.equal((await markedStates(dataset, [file.replace('.txt', '')])).new, 1, file);
      }
      await Promise.all([...names, ...others].map((name) => mark(dataset, name)));
    }
  });

  test('one that takes back beside an editor that saves: what was saved stays', async () => {
    for (let round = 0; round < trials(4); round++) {
      assert.equal((await fix('--write')).status, 0);
      const saved = new Map<string, string>();
      let over = false;
      const editor = async (): Promise<void> => {
        await sleep(100 + random.next() * 400);
        for (let n = 0; n < 3 && !over; n++) {
          const name = names[Math.floor(random.next() * FILES)] ?? '';
          saved.set(name, `written by hand: ${name}\n`);
          await writeFile(path.join(dataset, `${name}.txt`), saved.get(name) ?? '');
          await sleep(random.next() * 50);
        }
      };
      const undo = fix('--undo').finally(() => (over = true));
      const [undone] = await Promise.all([undo, editor()]);
      assertTold(undone, CHANGED);
      const now = await markedStates(dataset, [...names, ...others], saved);
      assert.equal(now.other, saved.size, 'every save is kept');
      assert.ok(now.old === 0 || now.new === 0, `${JSON.stringify(now)} ${undone.stderr}`);
      assert.equal(undone.status === 0, now.new === 0, undone.stderr);
      assert.deepEqual(await journals(), undone.status === 0 ? [] : ['last-fix.jsonl']);
      await Promise.all([...names, ...others].map((name) => mark(dataset, name)));
    }
  });
});

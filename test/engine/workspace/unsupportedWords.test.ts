import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compromiseNouns } from '../../../src/adapters/compromiseNouns.ts';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import type { LiveWorkspace } from '../../../src/engine/workspace/workspace.ts';
import { liveMemory, scenes, SETTINGS } from '../../support/liveMemory.ts';

const ROOT = '/data/set';
const SHOWN = scenes(160);
const entries = Object.fromEntries(
  SHOWN.flatMap((scene, i) => [
    [`${i}.jpg`, scene],
    [`${i}.txt`, scene],
  ]),
);

function found(live: LiveWorkspace): { file: string; words: string[] }[] {
  return live
    .findings()
    .filter(({ finding }) => finding.code === 'unsupported-words')
    .map(({ finding: { file, caption = '', parts = [] } }) => ({
      file,
      words: parts.map(({ start, end }) => caption.slice(start, end)),
    }));
}

test('a word that is not seen is found as it is typed, and gone with it', async () => {
  const memory = liveMemory(ROOT, entries);
  const ports = { ...memory.ports, nouns: compromiseNouns };
  const live = openWorkspace(memory.files, () => Promise.resolve(ports), SETTINGS);
  await live.refresh([ROOT], {});
  const before = found(live);
  assert.ok(before.every(({ file }) => file !== '1.txt'));
  const wrong = 'blue car street cup xb';
  await live.captionsChanged(`${ROOT}/1.txt`, wrong);
  await live.whenIdle();
  assert.deepEqual(
    found(live).filter(({ file }) => file === '1.txt'),
    [{ file: '1.txt', words: ['cup'] }],
  );
  await live.captionsChanged(`${ROOT}/1.txt`, SHOWN[1]);
  await live.whenIdle();
  assert.deepEqual(found(live), before);
  await live.close();
});

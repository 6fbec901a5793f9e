import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compromiseNouns } from '../../../src/adapters/compromiseNouns.ts';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import { liveMemory, scenes, SETTINGS } from '../../support/liveMemory.ts';

const ROOT = '/data/set';
const SHOWN = scenes(120);

/** Two sentences about a scene of five words. */
function captionOf(scene: string): [string, string] {
  const [a, b, c, d, e] = scene.split(' ');
  return [`${a} ${b} ${c}`, `${e} ${d} ${b}`];
}

const entries = Object.fromEntries(
  SHOWN.flatMap((scene, i) => [
    [`${i}.jpg`, scene],
    [`${i}.txt`, `${captionOf(scene).join('. ')}.`],
  ]),
);

test('a sentence of another picture is found as it is typed, and gone with it', async () => {
  const memory = liveMemory(ROOT, entries);
  const ports = { ...memory.ports, nouns: compromiseNouns };
  const live = openWorkspace(memory.files, () => Promise.resolve(ports), SETTINGS);
  const sentences = (): string[] =>
    live
      .findings()
      .flatMap(({ finding: { code, file, caption = '', parts = [] } }) =>
        code === 'unsupported-words' && file === '1.txt'
          ? parts.map(({ start, end }) => caption.slice(start, end))
          : [],
      );
  await live.refresh([ROOT], {});
  assert.deepEqual(sentences(), []);
  const [own] = captionOf(SHOWN[1] ?? '');
  const [strange] = captionOf(SHOWN[4] ?? '');
  await live.captionsChanged(`${ROOT}/1.txt`, `${own}. ${strange}.`);
  await live.whenIdle();
  assert.deepEqual(sentences(), [strange]);
  await live.captionsChanged(`${ROOT}/1.txt`, `${captionOf(SHOWN[1] ?? '').join('. ')}.`);
  await live.whenIdle();
  assert.deepEqual(sentences(), []);
  await live.close();
});

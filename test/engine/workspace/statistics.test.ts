import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import type { MemoryEntry } from '../../support/memoryFiles.ts';
import { liveMemory, scenes, SETTINGS } from '../../support/liveMemory.ts';

const ROOT = '/data/set';

function sidecars(n: number): Record<string, MemoryEntry> {
  const entries: Record<string, MemoryEntry> = {};
  scenes(n).forEach((scene, i) => {
    const folder = i % 3 === 0 ? 'a' : 'b';
    entries[`${folder}/${i}.jpg`] = scene;
    entries[`${folder}/${i}.txt`] = `${scene}, tag${i % 3}\n`;
  });
  return entries;
}

async function opened(entries: Record<string, MemoryEntry>) {
  const memory = liveMemory(ROOT, entries);
  const live = openWorkspace(memory.files, () => Promise.resolve(memory.ports), SETTINGS);
  await live.refresh([ROOT], {});
  const selected = async (query: string): Promise<number> => {
    const page = await live.browser.page(query, 0, 1);
    if ('fault' in page) assert.fail(query);
    return page.total;
  };
  return { ...memory, live, selected };
}

test('the numbers are those of the lists that their queries select', async () => {
  const { live, selected } = await opened({ ...sidecars(30), 'b/alone.jpg': 'a lonely lamp' });
  const { now } = await live.statistics.now();
  assert.deepEqual([now.captions, now.untagged], [30, 1]);
  for (const { pairs, query } of [...now.match, ...now.length, ...now.rules, ...now.words.shown])
    assert.equal(await selected(query), pairs, query);
  for (const { pairs, found, query } of now.folders.shown)
    assert.equal(await selected(query), found > 0 ? found : pairs, query);
});

test('they follow a change, and keep what they were at the start of the session', async () => {
  const { live, files } = await opened({ ...sidecars(12), 'b/alone.jpg': 'a lonely lamp' });
  const first = await live.statistics.now();
  assert.equal(first.before?.untagged, 1);
  await live.decide([{ root: ROOT, image: 'a/0.jpg', captionIndex: 0 }], 'verified');
  files.entries.set(`${ROOT}/b/alone.txt`, 'a lonely lamp\n');
  await live.refresh([ROOT], {});
  const { now, before } = await live.statistics.now();
  assert.deepEqual([now.captions, now.untagged, now.verified], [13, 0, 1]);
  assert.deepEqual([before?.captions, before?.untagged, before?.verified], [12, 1, 0]);
});

test('another dataset begins anew; without one there is nothing to compare', async () => {
  const { live } = await opened(sidecars(6));
  await live.refresh([], {});
  const { now, before } = await live.statistics.now();
  assert.deepEqual([now.captions, before], [0, undefined]);
  await live.refresh([ROOT], {});
  assert.equal((await live.statistics.now()).before?.captions, 6);
});

test('a request that is given up stops', async () => {
  const { live } = await opened(sidecars(6));
  const controller = new AbortController();
  controller.abort();
  await assert.rejects(live.statistics.now(controller.signal), { code: 'cancelled' });
});

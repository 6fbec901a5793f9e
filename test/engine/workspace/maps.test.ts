import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEAST_ITEMS, type LiveMap } from '../../../src/engine/workspace/liveMaps.ts';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import { type LiveMemory, liveMemory, scenes, SETTINGS } from '../../support/liveMemory.ts';
import type { MemoryEntry } from '../../support/memoryFiles.ts';

const ROOT = '/data/set';
const N = 60;

function sidecars(n: number): Record<string, MemoryEntry> {
  const entries: Record<string, MemoryEntry> = {};
  scenes(n).forEach((scene, i) => {
    entries[`${i}.jpg`] = scene;
    entries[`${i}.txt`] = `${scene}\n`;
  });
  return entries;
}

async function opened(memory: LiveMemory) {
  const live = openWorkspace(memory.files, () => Promise.resolve(memory.ports), SETTINGS);
  await live.refresh([ROOT], {});
  const shares: number[] = [];
  const mapOf = async (side: 'images' | 'captions'): Promise<LiveMap> => {
    const map = await live.maps.of(ROOT, side, undefined, (share) => shares.push(share));
    return map ?? assert.fail('no map');
  };
  return { live, shares, mapOf };
}

const placesByImage = ({ points, places }: LiveMap): ReadonlyMap<string, string> =>
  new Map(points.map(({ image }, p) => [image, `${places[2 * p]} ${places[2 * p + 1]}`]));

test('all pairs have a place; a selection is a query that selects exactly these', async () => {
  const { live, mapOf } = await opened(
    liveMemory(ROOT, { ...sidecars(N), 'alone.jpg': 'a lonely lamp' }),
  );
  const images = await mapOf('images');
  assert.equal(images.points.length, N + 1);
  assert.equal(images.placeless, 0);
  const captions = await mapOf('captions');
  assert.deepEqual([captions.points.length, captions.placeless], [N, 1]);
  const chosen = [3, 8, 20];
  const name = live.maps.select(images.id, chosen);
  const ids = await live.browser.ids(`map:${name}`, 0, 100);
  assert.deepEqual(
    ids.map(({ image }) => image).sort(),
    chosen.map((p) => images.points[p]!.image).sort(),
  );
  const [first] = ids;
  const also = await live.browser.ids(`map:${name} name:${first?.image}`, 0, 100);
  assert.deepEqual(also, [first]);
  const others = await live.browser.page(`-map:${name}`, 0, 1);
  assert.equal('total' in others && others.total, N + 1 - 3);
  // What a selection holds is what a search by meaning chooses from.
  const like = await live.browser.ids(`map:${name} ~"a lamp"`, 0, 100);
  assert.deepEqual(like.map(({ image }) => image).sort(), ids.map(({ image }) => image).sort());
  assert.equal(live.maps.pair(images.id, 3)?.image, images.points[3]!.image);
});

test('a selection that nobody made, or of a map that is gone, is a fault', async () => {
  const { live } = await opened(liveMemory(ROOT, sidecars(N)));
  const page = await live.browser.page('cat map:7', 0, 1);
  assert.ok('fault' in page);
  assert.deepEqual([page.fault.start, page.fault.end], [4, 9]);
  assert.equal(live.maps.select(99, [0]), undefined);
  assert.equal(live.maps.pair(99, 0), undefined);
});

test('a layout is computed once: for the same content it comes from the store', async () => {
  const memory = liveMemory(ROOT, sidecars(N));
  const first = await opened(memory);
  const map = await first.mapOf('images');
  assert.equal(first.shares.at(-1), 1);
  const again = await opened(memory);
  assert.deepEqual(placesByImage(await again.mapOf('images')), placesByImage(map));
  assert.deepEqual(again.shares, []);
});

test('a caption that changes moves alone', async () => {
  const { live, shares, mapOf } = await opened(liveMemory(ROOT, sidecars(N)));
  const before = placesByImage(await mapOf('captions'));
  const told = shares.length;
  const [other] = [...before.keys()].filter((image) => image !== '0.jpg');
  const caption = live.pair({ root: ROOT, image: other!, captionIndex: 0 })!.caption;
  await live.captionsChanged(`${ROOT}/0.txt`, `${caption} again\n`);
  const after = placesByImage(await mapOf('captions'));
  assert.equal(shares.length, told, 'nothing is laid out anew');
  assert.notEqual(after.get('0.jpg'), before.get('0.jpg'));
  const moved = [...after].filter(([image, place]) => before.get(image) !== place);
  assert.ok(moved.length <= 2, `${moved.length} moved`);
});

test('too few pairs, or no such dataset, are no map', async () => {
  const { live } = await opened(liveMemory(ROOT, sidecars(LEAST_ITEMS - 1)));
  const nobody = (): void => undefined;
  assert.equal(await live.maps.of(ROOT, 'images', undefined, nobody), undefined);
  assert.equal(await live.maps.of('/elsewhere', 'images', undefined, nobody), undefined);
});

test('a layout stops when all who wait for it have given up, and not before', async () => {
  const { live } = await opened(liveMemory(ROOT, sidecars(N)));
  const nobody = (): void => undefined;
  const given = new AbortController();
  const stops = live.maps.of(ROOT, 'images', given.signal, nobody);
  given.abort();
  await assert.rejects(stops, { code: 'cancelled' });
  const one = new AbortController();
  const both = [
    live.maps.of(ROOT, 'images', one.signal, nobody),
    live.maps.of(ROOT, 'images', undefined, nobody),
  ];
  one.abort();
  const settled = await Promise.allSettled(both);
  assert.equal(settled[1]?.status, 'fulfilled');
});

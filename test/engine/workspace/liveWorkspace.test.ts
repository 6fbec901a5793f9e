import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SEARCH_MATCHERS, type SearchMatcher } from '../../../src/core/retrieval/searchMatchers.ts';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import type { LiveNeighbour } from '../../../src/engine/workspace/workspace.ts';
import { applyEdits } from '../../../src/core/formats/applyEdits.ts';
import { jsonl, jsonlDataset, liveMemory, scenes, SETTINGS } from '../../support/liveMemory.ts';

const ROOT = '/data/set';
const FILE = `${ROOT}/metadata.jsonl`;
const id = (i: number) => ({ root: ROOT, image: `${i}.jpg`, captionIndex: 0 });

async function opened(n: number, captions: readonly (string | undefined)[] = []) {
  const memory = liveMemory(ROOT, jsonlDataset(n, captions));
  const live = openWorkspace(memory.files, () => Promise.resolve(memory.ports), SETTINGS);
  await live.refresh([ROOT], {});
  return { ...memory, live };
}

function swapped(n: number, a: number, b: number): (string | undefined)[] {
  const shown = scenes(n);
  const captions: (string | undefined)[] = [];
  [captions[a], captions[b]] = [shown[b], shown[a]];
  return captions;
}

test('a swap is found, mended by its edits, and gone without a save', async () => {
  const { live, files } = await opened(120, swapped(120, 5, 40));
  const found = live.findings().filter(({ finding }) => finding.code === 'captions-swapped');
  assert.deepEqual(found.map(({ pair }) => pair?.image).sort(), ['40.jpg', '5.jpg']);
  const [edit, ...others] = await live.edits.moves([
    { to: id(5), from: id(40) },
    { to: id(40), from: id(5) },
  ]);
  assert.ok(edit);
  assert.deepEqual(others, []);
  assert.equal(edit.edits.length, 2);
  const before = await files.read(FILE);
  const text = new TextDecoder().decode(applyEdits(before, edit.edits, FILE));
  assert.equal(text, jsonl(scenes(120)));
  await live.captionsChanged(FILE, text);
  assert.deepEqual(
    live.findings().filter(({ finding }) => finding.code === 'captions-swapped'),
    [],
  );
  assert.ok(live.pair(id(5))!.match! > 0.9);
  await live.captionsChanged(FILE, undefined);
  assert.equal(
    live.findings().filter(({ finding }) => finding.code === 'captions-swapped').length,
    2,
  );
});

test('typing changes the match and the neighbours, and encodes the new caption only', async () => {
  const { live, encoded } = await opened(120);
  const shown = scenes(120);
  const before = live.pair(id(7))!.match!;
  encoded.texts.length = 0;
  const captions = [...shown];
  captions[7] = shown[33]!.replace(/ x\w+/, '');
  await live.captionsChanged(FILE, jsonl(captions));
  assert.deepEqual(encoded.texts, [captions[7]]);
  assert.ok(live.pair(id(7))!.match! < before);
  const around = await live.neighbours(id(7), 5);
  assert.equal(around!.images[0]!.pair.image, '33.jpg');
  assert.ok(around!.images.every(({ score }) => score >= 0 && score <= 1));
  assert.ok(around!.captions.every(({ pair }) => pair.image !== '7.jpg'));
});

test('match judges as captionsChanged would, and changes nothing', async () => {
  const { live } = await opened(120);
  const shown = scenes(120);
  const caption = 'old boat river lamp';
  const before = JSON.stringify([live.findings(), live.pairsInFile(FILE)]);
  const tried = await live.match(id(3), caption);
  assert.equal(JSON.stringify([live.findings(), live.pairsInFile(FILE)]), before);
  const captions = [...shown];
  captions[3] = caption;
  await live.captionsChanged(FILE, jsonl(captions));
  assert.ok(Math.abs(live.pair(id(3))!.match! - tried!.match!) < 1e-9);
  const named = (list: readonly LiveNeighbour[]) =>
    list.map(({ pair, score }) => [pair.image, score]);
  const now = (await live.neighbours(id(3), 20))!;
  assert.deepEqual(named(now.captions), named(tried!.neighbours.captions));
  assert.deepEqual(named(now.images), named(tried!.neighbours.images));
});

test('captions too alike to be judged have no match, and those that fit least are listed instead', async () => {
  // Words that no picture shows: exchanged captions fit no worse.
  const { live } = await opened(
    120,
    Array.from({ length: 120 }, (_, i) => wordOf(i)),
  );
  const [summary] = live.datasets;
  assert.equal(summary?.estimate?.incomparable, 'too-alike');
  assert.equal(summary.leastFitting.length, 5);
  const reported = new Set(live.findings().map(({ pair }) => pair?.image));
  const pairs = live.pairsInFile(FILE).filter(({ image }) => !reported.has(image));
  assert.ok(pairs.length > 100);
  assert.ok(
    pairs.every(({ match, incomparable }) => match === undefined && incomparable === 'too-alike'),
  );
  const tried = await live.match(id(3), 'old boat river lamp');
  assert.equal(tried?.match, undefined);
  assert.equal(tried?.incomparable, 'too-alike');
  // What pages say of a pair is what queries and statistics count; the order by how well captions fit stays.
  const selected = await live.browser.ids('match>=0', 0, 500);
  assert.ok(selected.every(({ image }) => reported.has(image)));
  const { now } = await live.statistics.now();
  assert.equal(now.judged, selected.length);
  const worst = await live.browser.ids('sort:match', 0, 120);
  assert.equal(worst.length, 120);
  assert.notDeepEqual(worst, await live.browser.ids('', 0, 120));
  const [first] = summary.leastFitting;
  await live.decide([first!], 'verified');
  assert.ok(live.datasets[0]!.leastFitting.every(({ image }) => image !== first!.image));
});

/** Eight letters that follow from a number. */
function wordOf(seed: number): string {
  let state = seed * 7919 + 1;
  return Array.from({ length: 8 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return String.fromCharCode(97 + ((state >>> 24) % 26));
  }).join('');
}

test('a text finds its images, and an image its captions', async () => {
  const { live, ports } = await opened(120);
  const shown = scenes(120);
  const hits = await live.searchText(shown[50]!, 'images', 3);
  assert.equal(hits[0]!.pair.image, '50.jpg');
  const bytes = new TextEncoder().encode(shown[61]);
  const captions = await live.searchImage({ bytes }, 'captions', 3);
  assert.equal(captions[0]!.pair.image, '61.jpg');
  assert.ok(ports);
});

test('searches rank by the matcher that is chosen, and show the match whatever they rank by', async () => {
  const { live } = await opened(120);
  const shown = scenes(120);
  const found = async (matcher: SearchMatcher | undefined) => {
    live.setSettings({ ...SETTINGS, ...(matcher && { matcher }) });
    const bytes = new TextEncoder().encode(shown[61]);
    const images = await live.searchText(shown[50]!, 'images', 30);
    const captions = await live.searchImage({ bytes }, 'captions', 30);
    assert.equal(images[0]!.pair.image, '50.jpg', matcher);
    assert.equal(captions[0]!.pair.image, '61.jpg', matcher);
    return [...images, ...captions].map(({ pair, score }) => ({ image: pair.image, score }));
  };
  const byMatch = await found(undefined);
  const matches = new Map(byMatch.map(({ image, score }) => [image, score]));
  const orders = new Set([JSON.stringify(byMatch)]);
  for (const matcher of SEARCH_MATCHERS) {
    const ranked = await found(matcher);
    orders.add(JSON.stringify(ranked));
    assert.ok(ranked.some(({ image, score }) => matches.get(image) === score));
  }
  // The corrections are not the cosine under other names.
  assert.ok(orders.size >= 3, `${orders.size} orders`);
});

test('decisions silence findings, are kept in a file, and can be taken back', async () => {
  const { live, files } = await opened(120, swapped(120, 5, 40));
  const about = (image: string) =>
    live.findings().filter(({ pair }) => pair?.image === image).length;
  assert.equal(about('5.jpg'), 1);
  await live.decide([id(5)], 'verified');
  assert.equal(about('5.jpg'), 0);
  assert.equal(live.pair(id(5))!.decision, 'verified');
  assert.equal(live.datasets[0]!.verified, 1);
  await live.refresh([ROOT], {});
  assert.equal(about('5.jpg'), 0);
  await live.decide([id(5)], 'excluded');
  assert.equal(live.pair(id(5))!.match, undefined);
  await live.decide([id(5)], 'none');
  assert.equal(about('5.jpg'), 1);
  assert.equal(files.entries.has(`${ROOT}/.pairlens/decisions.jsonl`), false);
});

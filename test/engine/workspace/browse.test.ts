import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import type { MemoryEntry } from '../../support/memoryFiles.ts';
import { jsonl, jsonlDataset, liveMemory, scenes, SETTINGS } from '../../support/liveMemory.ts';

const ROOT = '/data/set';
const id = (i: number) => ({ root: ROOT, image: `${i}.jpg`, captionIndex: 0 });

async function opened(entries: Record<string, MemoryEntry>) {
  const memory = liveMemory(ROOT, entries);
  const live = openWorkspace(memory.files, () => Promise.resolve(memory.ports), SETTINGS);
  await live.refresh([ROOT], {});
  const images = async (query: string) => {
    const page = await live.browser.page(query, 0, 500);
    if ('fault' in page) assert.fail(query);
    return page.pairs.map(({ pair }) => pair.image);
  };
  return { ...memory, live, images };
}

function sidecars(n: number): Record<string, MemoryEntry> {
  const entries: Record<string, MemoryEntry> = {};
  scenes(n).forEach((scene, i) => {
    entries[`${i}.jpg`] = scene;
    entries[`${i}.txt`] = `${scene}, tag${i % 3}\n`;
  });
  return entries;
}

test('all pairs and images without captions are listed, in pages, each once', async () => {
  const { live } = await opened({ ...sidecars(12), 'alone.jpg': 'a lonely lamp' });
  const pages = await Promise.all([0, 5, 10].map((from) => live.browser.page('', from, 5)));
  const seen = pages.flatMap((page) => ('fault' in page ? [] : page.pairs));
  assert.equal(new Set(seen.map(({ pair }) => pair.image)).size, 13);
  assert.ok(pages.every((page) => 'total' in page && page.total === 13 && page.untagged === 1));
  assert.deepEqual((await live.browser.ids('', 3, 2)).length, 2);
  const alone = seen.find(({ pair }) => pair.image === 'alone.jpg');
  assert.deepEqual(alone?.rules, ['missing-caption']);
  assert.equal(alone.pair.captionPath, alone.pair.imagePath);
});

test('a query selects, and a wrong one says why', async () => {
  const { live, images } = await opened(sidecars(9));
  assert.deepEqual(await images('tag:tag1 sort:-name'), ['7.jpg', '4.jpg', '1.jpg']);
  const page = await live.browser.page('match<x', 0, 5);
  assert.ok('fault' in page && page.fault.start === 0);
  assert.deepEqual(await live.browser.ids('match<x', 0, 5), []);
});

test('by meaning and likeness: the images that fit best, in their order, also under other conditions', async () => {
  const { live, images } = await opened(sidecars(9));
  const [scene = ''] = scenes(9).slice(4);
  assert.equal((await images(`~"${scene}"`))[0], '4.jpg');
  assert.deepEqual(await images(`~"${scene}" name:4.jpg`), ['4.jpg']);
  assert.equal((await images('similar:7.jpg'))[0], '7.jpg');
  const sorted = await images(`~"${scene}" sort:name`);
  assert.deepEqual(sorted, [...sorted].sort());
  const page = await live.browser.page('cat similar:nowhere.jpg', 0, 5);
  assert.ok('fault' in page);
  assert.deepEqual([page.fault.start, page.fault.end], [4, 23]);
});

test('the best are chosen among what the rest of a query selects', async () => {
  const { images } = await opened(sidecars(240));
  const [scene = ''] = scenes(1);
  const those = new Set(await images('tag:tag1'));
  assert.equal(those.size, 80);
  for (const like of [`~"${scene}"`, 'similar:0.jpg']) {
    assert.deepEqual(new Set(await images(`${like} tag:tag1`)), those);
    assert.equal((await images(like)).length, 200);
    // Of two conditions by likeness each chooses among the same.
    assert.deepEqual(new Set(await images(`${like} ~boat tag:tag1`)), those);
    assert.ok((await images(`tag:tag1 OR ${like}`)).length > 200);
  }
});

test('the list follows decisions and captions', async () => {
  const { live, images, files } = await opened(sidecars(6));
  const { before } = await live.decide([id(1), id(4)], 'verified');
  assert.deepEqual(
    before.map(({ decision }) => decision),
    ['none', 'none'],
  );
  assert.deepEqual(await images('decision:verified'), ['1.jpg', '4.jpg']);
  const again = await live.decide([id(0), id(1)], 'excluded');
  assert.deepEqual(
    again.before.map(({ decision }) => decision),
    ['none', 'verified'],
  );
  assert.deepEqual(await images('decision:excluded'), ['0.jpg', '1.jpg']);
  await live.captionsChanged(`${ROOT}/2.txt`, 'entirely new\n');
  assert.deepEqual(await images('"entirely new"'), ['2.jpg']);
  await live.decide([id(0), id(1), id(4)], 'none');
  assert.equal(files.entries.has(`${ROOT}/.pairlens/decisions.jsonl`), false);
});

test('a change of many captions of one table is edits of exactly these', async () => {
  const { live } = await opened(jsonlDataset(8));
  const text = jsonl(scenes(8));
  const { edits, changed, emptied } = await live.edits.change([id(2), id(5), id(6)], {
    kind: 'prepend',
    text: 'sks, ',
  });
  assert.deepEqual([changed, emptied, edits.length], [3, 0, 1]);
  const [edit] = edits;
  const after = [...(edit?.edits ?? [])]
    .sort((a, b) => b.start - a.start)
    .reduce((now, { start, end, newText }) => now.slice(0, start) + newText + now.slice(end), text);
  const wanted = scenes(8).map((scene, i) => ([2, 5, 6].includes(i) ? `sks, ${scene}` : scene));
  assert.equal(after, jsonl(wanted));
});

test('captions that would be empty stay, and a wrong expression is refused', async () => {
  const { live } = await opened(jsonlDataset(3, ['only', 'a dog', 'a cat']));
  const found = await live.edits.change([id(0), id(1)], {
    kind: 'replace',
    find: 'only|dog',
    replacement: '',
    regex: true,
    matchCase: true,
  });
  assert.deepEqual([found.changed, found.emptied], [1, 1]);
  await assert.rejects(
    live.edits.change([id(0)], {
      kind: 'replace',
      find: '(',
      replacement: '',
      regex: true,
      matchCase: true,
    }),
    /no regular expression/u,
  );
});

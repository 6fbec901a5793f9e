import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PairLensError } from '../../../src/core/errors.ts';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import type { MemoryEntry } from '../../support/memoryFiles.ts';
import { jsonl, jsonlDataset, liveMemory, scenes, SETTINGS } from '../../support/liveMemory.ts';

const ROOT = '/data/set';
const FILE = `${ROOT}/metadata.jsonl`;
const id = (i: number) => ({ root: ROOT, image: `${i}.jpg`, captionIndex: 0 });
const cancelled = (error: unknown) => PairLensError.is(error, 'cancelled');

async function opened(entries: Record<string, MemoryEntry>) {
  const memory = liveMemory(ROOT, entries);
  const live = openWorkspace(memory.files, () => Promise.resolve(memory.ports), SETTINGS);
  await live.refresh([ROOT], {});
  const codes = () => live.findings().map(({ finding }) => finding.code);
  return { ...memory, live, codes };
}

/** A text file beside each of `n` images. */
function sidecars(n: number): Record<string, MemoryEntry> {
  const entries: Record<string, MemoryEntry> = {};
  scenes(n).forEach((scene, i) => {
    entries[`${i}.jpg`] = scene;
    entries[`${i}.txt`] = `${scene}\n`;
  });
  return entries;
}

test('a folder without a dataset opens no encoder, and a dataset that appears later is found', async () => {
  const memory = liveMemory(ROOT, { 'readme.md': 'nothing' });
  let loads = 0;
  const live = openWorkspace(
    memory.files,
    () => {
      loads++;
      return Promise.resolve(memory.ports);
    },
    SETTINGS,
  );
  await live.refresh([ROOT], {});
  assert.deepEqual([loads, live.status.state, live.findings()], [0, 'no-dataset', []]);
  assert.deepEqual(await live.searchText('a dog', 'images', 3), []);
  for (const [name, entry] of Object.entries(sidecars(3))) {
    memory.files.entries.set(`${ROOT}/${name}`, entry);
  }
  await live.refresh([ROOT], {});
  assert.deepEqual([loads, live.status.state, live.datasets.length], [1, 'ready', 1]);
});

for (const n of [1, 2]) {
  test(`a dataset of ${n} has scores, neighbours and searches`, async () => {
    const { live } = await opened(sidecars(n));
    // Nothing is said of captions with too few others to compare them with.
    const { match, incomparable } = live.pair(id(0))!;
    assert.deepEqual([match, incomparable], [undefined, 'too-few']);
    const around = await live.neighbours(id(0), 5);
    assert.equal(around!.captions.length, n - 1);
    assert.equal((await live.searchText(scenes(n)[0]!, 'images', 5)).length, n);
    await live.captionsChanged(`${ROOT}/0.txt`, '');
    assert.equal(live.pair(id(0)), undefined);
    assert.equal((await live.neighbours(id(0), 5))!.focus.caption, '');
  });
}

test('a dataset none of whose images can be read reports them, and judges nothing', async () => {
  const memory = liveMemory(ROOT, sidecars(3));
  const reader = {
    read: () => Promise.reject(new PairLensError('unreadable-image', 'Not an image.')),
  };
  const live = openWorkspace(
    memory.files,
    () => Promise.resolve({ ...memory.ports, reader }),
    SETTINGS,
  );
  await live.refresh([ROOT], {});
  assert.deepEqual(
    live.findings().map(({ finding }) => finding.code),
    ['unreadable-image', 'unreadable-image', 'unreadable-image'],
  );
  assert.equal(live.pair(id(0))!.match, undefined);
  assert.deepEqual((await live.neighbours(id(0), 5))!.captions, []);
  await live.captionsChanged(`${ROOT}/0.txt`, 'another');
  assert.equal(live.pair(id(0))!.caption, 'another');
});

test('a caption file that vanishes leaves a missing caption; one that comes back is read', async () => {
  const { live, files, codes } = await opened(sidecars(30));
  const text = files.entries.get(`${ROOT}/4.txt`)!;
  files.entries.delete(`${ROOT}/4.txt`);
  await live.captionsChanged(`${ROOT}/4.txt`, undefined);
  assert.deepEqual(codes(), ['missing-caption']);
  assert.deepEqual(live.pairsOfImage(`${ROOT}/4.jpg`), []);
  assert.equal(live.kindOf(`${ROOT}/4.txt`), 'captions');
  files.entries.set(`${ROOT}/4.txt`, text);
  await live.captionsChanged(`${ROOT}/4.txt`, undefined);
  assert.deepEqual(codes(), []);
});

test('an image deleted under the workspace is missed after a refresh, the other pairs keep their ids', async () => {
  const { live, files, encoded } = await opened(jsonlDataset(40));
  encoded.images.length = 0;
  encoded.texts.length = 0;
  files.entries.delete(`${ROOT}/7.jpg`);
  await live.refresh([ROOT], {});
  assert.deepEqual([encoded.images, encoded.texts], [[], []]);
  assert.ok(live.findings().some(({ finding }) => finding.code === 'missing-image'));
  assert.equal(live.pair(id(7)), undefined);
  assert.equal(live.pair(id(8))!.caption, scenes(40)[8]);
});

test('an open document wins over the disk until it is closed', async () => {
  const { live, files } = await opened(jsonlDataset(30));
  const captions = scenes(30);
  const typed = captions.with(2, 'typed and not saved');
  await live.captionsChanged(FILE, jsonl(typed));
  files.entries.set(FILE, jsonl(captions.with(2, 'written by another program')));
  await live.captionsChanged(FILE, jsonl(typed));
  assert.equal(live.pair(id(2))!.caption, 'typed and not saved');
  await live.refresh([ROOT], {});
  assert.equal(live.pair(id(2))!.caption, 'typed and not saved');
  const edit = await live.edits.caption(id(2), 'x');
  assert.equal(jsonl(typed).slice(edit.edits[0]!.start, edit.edits[0]!.end), 'typed and not saved');
  await live.captionsChanged(FILE, undefined);
  assert.equal(live.pair(id(2))!.caption, 'written by another program');
});

test('an edit of a file that another program changed is made for what it holds now, or refused', async () => {
  const { live, files } = await opened(jsonlDataset(30));
  const captions = scenes(30);
  const longer = `\n${jsonl(captions)}`;
  files.entries.set(FILE, longer);
  const edit = await live.edits.caption(id(3), 'new');
  assert.equal(longer.slice(edit.edits[0]!.start, edit.edits[0]!.end), captions[3]);
  files.entries.set(FILE, jsonl(captions.with(3, 'changed elsewhere')));
  await assert.rejects(live.edits.caption(id(3), 'new'), (error) =>
    PairLensError.is(error, 'invalid-argument'),
  );
});

test('a refresh that is given up leaves everything as it was; a change meanwhile is not lost', async () => {
  const { live } = await opened(jsonlDataset(40));
  const before = live.pairsInFile(FILE);
  for (const patience of [0, 1, 5, 20, 60]) {
    let left = patience;
    const signal = {
      get aborted() {
        return left-- <= 0;
      },
    };
    await assert.rejects(live.refresh([ROOT], { signal }), cancelled);
    assert.equal(live.status.state, 'ready');
    assert.deepEqual(live.pairsInFile(FILE), before);
  }
  const refreshing = live.refresh([ROOT], {});
  const captions = scenes(40).with(5, 'typed meanwhile');
  await live.captionsChanged(FILE, jsonl(captions));
  assert.equal(live.pair(id(5))!.caption, 'typed meanwhile');
  await refreshing;
  assert.equal(live.pair(id(5))!.caption, 'typed meanwhile');
});

test('many captions that change at once are judged, those of a second time included', async () => {
  const { live } = await opened(jsonlDataset(700));
  for (const word of ['first', 'second']) {
    const captions = scenes(700).map((scene) => `${scene} ${word}`);
    await live.captionsChanged(FILE, jsonl(captions));
    await live.whenIdle();
    const pairs = live.pairsInFile(FILE);
    assert.equal(pairs.length, 700);
    assert.ok(pairs.every(({ match, caption }) => match !== undefined && caption.endsWith(word)));
  }
});

test('an image without a caption gets one as its dataset keeps them', async () => {
  const beside = await opened({ ...sidecars(6), 'new.jpg': 'blue boat' });
  const created = await beside.live.edits.newCaption(`${ROOT}/new.jpg`, 'a blue boat');
  assert.deepEqual(created, {
    path: `${ROOT}/new.txt`,
    text: '',
    create: true,
    edits: [{ start: 0, end: 0, newText: 'a blue boat\n' }],
  });
  const table = await opened({ ...jsonlDataset(6), 'new.jpg': 'blue boat' });
  const row = await table.live.edits.newCaption(`${ROOT}/new.jpg`, 'a "blue" boat');
  const text = jsonl(scenes(6));
  assert.deepEqual(row, {
    path: FILE,
    text,
    create: false,
    edits: [
      {
        start: text.length,
        end: text.length,
        newText: '{"file_name":"new.jpg","text":"a \\"blue\\" boat"}\n',
      },
    ],
  });
  await table.live.captionsChanged(FILE, text + row.edits[0]!.newText);
  assert.equal(table.live.pairsOfImage(`${ROOT}/new.jpg`)[0]!.caption, 'a "blue" boat');
  await assert.rejects(beside.live.edits.newCaption(`${ROOT}/new.jpg`, ' '), (error) =>
    PairLensError.is(error, 'invalid-argument'),
  );
  const csv = await opened({
    'a.jpg': 'red dog',
    'new.jpg': 'blue boat',
    'metadata.csv': 'id,file_name,text\r\n1,a.jpg,red dog',
  });
  const line = await csv.live.edits.newCaption(`${ROOT}/new.jpg`, 'a boat, blue');
  assert.equal(line.edits[0]!.newText, '\r\n,new.jpg,"a boat, blue"\r\n');
});

test('an image whose captions are in a document that is no table of lines is refused with the way out', async () => {
  const coco = {
    images: [{ id: 1, file_name: 'a.jpg' }],
    annotations: [{ id: 1, image_id: 1, caption: 'red dog' }],
  };
  const { live } = await opened({
    'a.jpg': 'red dog',
    'new.jpg': 'blue boat',
    'captions.json': JSON.stringify(coco),
  });
  await assert.rejects(live.edits.newCaption(`${ROOT}/new.jpg`, 'x'), (error) => {
    assert.ok(PairLensError.is(error, 'invalid-argument'));
    assert.match(error.remedy ?? '', /by hand/);
    return true;
  });
});

test('a caption is neither written over what stands there nor into a table of another folder', async () => {
  const taken = await opened({ 'a.jpg': 'red dog', 'a.txt': 'red dog', 'new.jpg': 'blue boat' });
  taken.files.entries.set(`${ROOT}/new.txt`, 'written meanwhile');
  const table = await opened({
    'images/a.jpg': 'red dog',
    'images/new.jpg': 'blue boat',
    'captions/captions.jsonl': '{"image": "../images/a.jpg", "captions": ["red dog"]}\n',
  });
  for (const [live, image] of [
    [taken.live, `${ROOT}/new.jpg`],
    [table.live, `${ROOT}/images/new.jpg`],
  ] as const) {
    await assert.rejects(live.edits.newCaption(image, 'a boat'), (error) =>
      PairLensError.is(error, 'invalid-argument'),
    );
  }
});

test('what a person waits for is answered while a whole audit goes on', async () => {
  const { live } = await opened(jsonlDataset(400));
  let done = false;
  const refreshing = live.refresh([ROOT], {}).then(() => (done = true));
  let answers = 0;
  for (; answers < 5; answers++) {
    assert.ok(await live.neighbours(id(answers), 5));
    assert.ok(await live.match(id(answers), 'a red boat'));
  }
  assert.equal(done, false, 'the audit was over before the requests were');
  await refreshing;
});

test('opening a file hides nothing that the disk says of it: a wrong encoding, a second image', async () => {
  const latin1 = Uint8Array.from([0x63, 0x61, 0x66, 0xe9, 0x0a]);
  const { live, codes } = await opened({ ...sidecars(6), '0.png': 'red dog', '1.txt': latin1 });
  const before = codes().sort();
  assert.deepEqual(before, ['ambiguous-pair', 'wrong-encoding']);
  await live.captionsChanged(`${ROOT}/0.txt`, `${scenes(6)[0]!}\n`);
  await live.captionsChanged(`${ROOT}/1.txt`, 'caf\uFFFD\n');
  assert.deepEqual(codes().sort(), before);
  assert.equal(live.pair(id(1)), undefined);
  await live.captionsChanged(`${ROOT}/1.txt`, 'caf\uFFFD and more\n');
  await assert.rejects(live.edits.newCaption(`${ROOT}/1.jpg`, 'x'), (error) =>
    PairLensError.is(error, 'unsupported-format'),
  );
});

test('a table that is broken while the folder is read again is heard again, and once closed the disk counts', async () => {
  const { live } = await opened(jsonlDataset(6));
  const text = jsonl(scenes(6));
  const known = () => live.pairsInFile(FILE).map(({ caption }) => caption);
  await live.captionsChanged(FILE, '"');
  await live.refresh([ROOT], {});
  assert.deepEqual(known(), []);
  await live.captionsChanged(FILE, text.replace(scenes(6)[2]!, 'typed'));
  assert.deepEqual(known(), scenes(6).with(2, 'typed'));
  await live.whenIdle();
  assert.ok(live.pairsInFile(FILE).every(({ match }) => match !== undefined));
  await live.captionsChanged(FILE, '"');
  await live.refresh([ROOT], {});
  await live.captionsChanged(FILE, undefined);
  await live.refresh([ROOT], {});
  assert.deepEqual(known(), scenes(6));
});

test('captions that one image has in two tables keep apart, whichever of them changes', async () => {
  const [shown] = scenes(6);
  const csv = (...captions: string[]) =>
    `image,caption\n${captions.map((caption) => `0.jpg,${caption}\n`).join('')}`;
  const { live } = await opened({ ...jsonlDataset(6), 'captions.txt': csv('first', 'second') });
  const known = () => live.pairsOfImage(`${ROOT}/0.jpg`).map(({ caption }) => caption);
  assert.deepEqual(known(), ['first', 'second', shown]);
  await live.captionsChanged(FILE, jsonl(scenes(6).with(0, 'typed')));
  assert.deepEqual(known(), ['first', 'second', 'typed']);
  await live.captionsChanged(`${ROOT}/captions.txt`, csv('only'));
  assert.deepEqual(known(), ['only', 'typed']);
  const edit = await live.edits.caption({ ...id(0), captionIndex: 1 }, 'mended');
  assert.equal(edit.path, FILE);
});

test('an edit says for which text it was made, and holds no character that no file can hold', async () => {
  const { live } = await opened(sidecars(6));
  const path = `${ROOT}/2.txt`;
  await live.captionsChanged(path, 'typed by hand');
  assert.equal((await live.edits.caption(id(2), 'new')).text, 'typed by hand');
  for (const caption of ['a\0b', 'half \ud800']) {
    await assert.rejects(live.edits.caption(id(2), caption), (error) =>
      PairLensError.is(error, 'invalid-argument'),
    );
  }
});

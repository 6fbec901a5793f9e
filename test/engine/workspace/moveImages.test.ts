import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nameAfterMove } from '../../../src/engine/editing/moveImages.ts';
import { placeAfter } from '../../../src/engine/editing/imageFollowers.ts';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import { liveMemory, scenes, SETTINGS } from '../../support/liveMemory.ts';
import type { MemoryEntry } from '../../support/memoryFiles.ts';

const ROOT = '/data/set';
const at = (file: string): string => `${ROOT}/${file}`;

async function opened(entries: Record<string, MemoryEntry>) {
  const memory = liveMemory(ROOT, entries);
  const live = openWorkspace(memory.files, () => Promise.resolve(memory.ports), SETTINGS);
  await live.refresh([ROOT], {});
  const move = async (...pairs: (readonly [string, string])[]) => {
    const found = await live.pairFiles.followMoves(
      pairs.map(([from, to]) => ({ from: at(from), to: at(to) })),
    );
    return {
      moves: found.moves.map(({ from, to }) => [from, to].map(short).join(' -> ')).sort(),
      texts: found.edits.map(after),
      left: found.left.map(({ text, values }) => [text, ...values]),
    };
  };
  const remove = async (...files: string[]) => {
    const found = await live.pairFiles.followDeletions(files.map(at));
    return {
      deletions: found.deletions.map(short).sort(),
      texts: found.edits.map(after),
      left: found.left.map(({ text, values }) => [text, ...values]),
    };
  };
  return { live, move, remove };
}

const short = (path: string): string => path.slice(ROOT.length + 1);

function after({
  text,
  edits,
}: {
  text: string;
  edits: readonly { start: number; end: number; newText: string }[];
}) {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((now, { start, end, newText }) => now.slice(0, start) + newText + now.slice(end), text);
}

function photos(folder: string, count = 6): Record<string, MemoryEntry> {
  return Object.fromEntries(
    scenes(count).flatMap((scene, i) => [
      [`${folder}${i}.jpg`, scene],
      [`${folder}${i}.txt`, `${scene}\n`],
    ]),
  );
}

describe('files that follow their image', () => {
  test('a renamed image takes its captions, its mask and its latents along', async () => {
    const entries = photos('img/');
    for (const i of scenes(6).keys()) entries[`masks/${i}.png`] = `mask ${i}`;
    entries['img/2_0512x0512_sdxl.npz'] = 'latents';
    entries['img/2.caption'] = 'second';
    const { move } = await opened(entries);
    const { moves, left } = await move(['img/2.jpg', 'img/two.jpg']);
    assert.deepEqual(moves, [
      'img/2.caption -> img/two.caption',
      'img/2.txt -> img/two.txt',
      'img/2_0512x0512_sdxl.npz -> img/two_0512x0512_sdxl.npz',
      'masks/2.png -> masks/two.png',
    ]);
    assert.deepEqual(left, []);
  });

  test('nothing that exists is replaced, and this is said', async () => {
    const { move } = await opened({ ...photos(''), 'two.txt': 'a note' });
    const { moves, left } = await move(['2.jpg', 'two.jpg']);
    assert.deepEqual(moves, []);
    assert.deepEqual(left, [
      ['{0} stays where it is: there is a file {1} already.', '2.txt', 'two.txt'],
    ]);
  });

  test('a caption that another image has, too, stays', async () => {
    const { move, remove } = await opened({ ...photos(''), '2.png': 'other' });
    const moved = await move(['2.jpg', 'two.jpg']);
    assert.deepEqual(moved.moves, []);
    assert.deepEqual(moved.left, [
      ['{0} stays where it is: it belongs to {1}, too.', '2.txt', '2.png'],
    ]);
    assert.deepEqual((await remove('2.jpg')).deletions, []);
    assert.deepEqual((await move(['2.jpg', 'two.jpg'], ['2.png', 'two.png'])).moves, [
      '2.txt -> two.txt',
    ]);
  });

  test('files that are moved with the image, or lie in a moved folder, are left alone', async () => {
    const { move } = await opened(photos('img/'));
    assert.deepEqual((await move(['img/2.jpg', 'x.jpg'], ['img/2.txt', 'x.txt'])).moves, []);
    assert.deepEqual((await move(['img', 'pictures'])).moves, []);
  });

  test('the row of a table names the image where it is now', async () => {
    const table = (names: readonly string[]): string =>
      scenes(4)
        .map((text, i) => JSON.stringify({ file_name: names[i], text }))
        .join('\n');
    const names = ['img/0.jpg', 'img/1.jpg', 'img/2.jpg', 'img/3.jpg'];
    const entries: Record<string, MemoryEntry> = { 'metadata.jsonl': table(names) };
    scenes(4).forEach((scene, i) => (entries[`img/${i}.jpg`] = scene));
    const { move, remove } = await opened(entries);
    const one = await move(['img/2.jpg', 'img/sub/two.jpg']);
    assert.deepEqual(one.texts, [table(names.with(2, 'img/sub/two.jpg'))]);
    const folder = await move(['img', 'pictures']);
    assert.deepEqual(folder.texts, [table(names.map((name) => name.replace('img', 'pictures')))]);
    const all = await move(['', '../elsewhere']);
    assert.deepEqual(all, { moves: [], texts: [], left: [] });
    const outside = await move(['img/2.jpg', '../two.jpg']);
    assert.deepEqual(outside.texts, []);
    const gone = await remove('img/1.jpg', 'img/3.jpg');
    const lines = table(names).split('\n');
    assert.deepEqual(gone.texts, [`${lines[0]}\n${lines[2]}\n`]);
  });

  test('a deleted image takes its files along', async () => {
    const entries = photos('img/');
    for (const i of scenes(6).keys()) entries[`masks/${i}.png`] = `mask ${i}`;
    const { remove } = await opened(entries);
    assert.deepEqual((await remove('img/2.jpg', 'img/3.jpg')).deletions, [
      'img/2.txt',
      'img/3.txt',
      'masks/2.png',
      'masks/3.png',
    ]);
    assert.deepEqual((await remove('img')).deletions.length, 6, 'the masks of all');
  });
});

test('where a file goes that follows an image', () => {
  const cases: readonly (readonly [string, string, string, string | undefined])[] = [
    ['a.txt', 'a.jpg', 'b.jpg', 'b.txt'],
    ['a.jpg.txt', 'a.jpg', 'b.png', 'b.png.txt'],
    ['a-masklabel.png', 'a.jpg', 'x/b.jpg', 'x/b-masklabel.png'],
    ['x_control.png', 'x_set.jpg', 'y_set.jpg', 'y_control.png'],
    ['x_control.png', 'x_set.jpg', 'other.jpg', undefined],
    ['train/mask/a.png', 'train/img/a.jpg', 'val/img/b.jpg', 'val/mask/b.png'],
    ['mask/a.png', 'img/a.jpg', 'img/sub/a.jpg', 'mask/sub/a.png'],
    ['mask/a.png', 'img/a.jpg', 'a.jpg', undefined],
    ['mask_a.png', 'a.jpg', 'b.jpg', 'mask_b.png'],
  ];
  for (const [file, from, to, place] of cases)
    assert.equal(placeAfter(file, from, to), place, file);
});

test('how a table names an image after its move', () => {
  const cases: readonly (readonly [string, string, string, string | undefined])[] = [
    ['a.jpg', 'img/a.jpg', 'img/b.jpg', 'b.jpg'],
    ['./img/a.jpg', 'img/a.jpg', 'img/sub/b.jpg', './img/sub/b.jpg'],
    ['a.jpg', 'img/a.jpg', 'b.jpg', undefined],
    ['C:\\photos\\img\\a.jpg', 'img/a.jpg', 'img/b.jpg', 'C:\\photos\\img\\b.jpg'],
    ['img/a', 'img/a.jpg', 'img/b.png', 'img/b'],
    ['/data/set/img/a.jpg', 'img/a.jpg', 'other/a.jpg', '/data/set/other/a.jpg'],
    ['id-7', 'img/a.jpg', 'img/b.jpg', undefined],
  ];
  for (const [written, image, to, name] of cases) {
    assert.equal(nameAfterMove(written, image, to, ROOT), name, written);
  }
});

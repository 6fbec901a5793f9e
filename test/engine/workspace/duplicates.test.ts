import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergedTags } from '../../../src/core/text/mergedTags.ts';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import { liveMemory, scenes, SETTINGS } from '../../support/liveMemory.ts';
import type { MemoryEntry } from '../../support/memoryFiles.ts';

const ROOT = '/data/set';
const DECISIONS = `${ROOT}/.pairlens/decisions.jsonl`;

/** Twelve photos with captions, of which the first is there twice. */
async function opened() {
  const entries: Record<string, MemoryEntry> = {};
  scenes(12).forEach((scene, i) => {
    entries[`${i}.jpg`] = scene;
    entries[`${i}.txt`] = `${scene}\n`;
  });
  entries['copy.jpg'] = scenes(1)[0] ?? '';
  entries['copy.txt'] = 'a red bus\n';
  const memory = liveMemory(ROOT, entries);
  const live = openWorkspace(memory.files, () => Promise.resolve(memory.ports), SETTINGS);
  await live.refresh([ROOT], {});
  const exact = () => live.findings().filter(({ finding }) => finding.code === 'exact-duplicate');
  return { ...memory, live, exact };
}

test('a group of duplicates has all images with their captions and sizes', async () => {
  const { live, exact } = await opened();
  const group = await live.pairFiles.duplicates(exact()[0]?.id ?? '');
  assert.deepEqual(
    group?.images.map(({ path, pairs }) => [path, pairs.map(({ caption }) => caption)]),
    [
      [`${ROOT}/0.jpg`, [scenes(1)[0]]],
      [`${ROOT}/copy.jpg`, ['a red bus']],
    ],
  );
  assert.ok(group.images.every(({ bytes, width }) => bytes !== undefined && width !== undefined));
  assert.equal(await live.pairFiles.duplicates('no such finding'), undefined);
});

test('pictures that are called different are no longer reported, also after the next start; undo reports them', async () => {
  const { live, exact, files } = await opened();
  const mark = await live.pairFiles.markDifferent(exact()[0]?.id ?? '');
  await live.whenIdle();
  assert.deepEqual(exact(), []);
  await live.refresh([ROOT], {});
  assert.deepEqual(exact(), []);
  assert.ok(files.entries.has(DECISIONS));
  await live.pairFiles.forgetDifferent(mark);
  await live.whenIdle();
  assert.equal(exact().length, 1);
  assert.equal(files.entries.has(DECISIONS), false, 'the file goes with its last line');
});

test('an image leaves with its caption, as it lies in the dataset; a taken place is refused', async () => {
  const { live, files } = await opened();
  const { moves, edits, creations } = await live.pairFiles.takeOut([`${ROOT}/copy.jpg`]);
  assert.deepEqual(moves, [
    { from: `${ROOT}/copy.jpg`, to: `${ROOT}/.pairlens/removed/copy.jpg` },
    { from: `${ROOT}/copy.txt`, to: `${ROOT}/.pairlens/removed/copy.txt` },
  ]);
  assert.deepEqual([edits, creations], [[], []]);
  files.entries.set('/elsewhere/copy.txt', 'mine');
  await assert.rejects(
    live.pairFiles.takeOut([`${ROOT}/copy.jpg`], '/elsewhere'),
    /copy\.txt already, so nothing was moved/,
  );
});

test('tags are merged, sentences are not', () => {
  assert.equal(mergedTags(['1girl, long_hair', 'Long hair, hat, 1girl']), '1girl, long_hair, hat');
  assert.equal(mergedTags(['A dog runs over the lawn, barking.', 'dog, lawn']), undefined);
  assert.equal(mergedTags(['dog', 'dog, lawn']), undefined, 'one word may be a sentence');
});

test('conflicting captions of copies follow each change, also where the copy is of another dataset', async () => {
  const write = async (name: string, text: string): Promise<void> => {
    files.entries.set(`${ROOT}/${name}`, text);
    await live.fileWritten(`${ROOT}/${name}`);
    await live.whenIdle();
  };
  const rows = (caption: string) =>
    `${JSON.stringify({ file_name: 'again.jpg', text: caption })}\n`;
  const { files, ports } = liveMemory(ROOT, {
    'own/metadata.jsonl': rows('a red boat on the river'),
    'own/again.jpg': scenes(3)[2]!,
    'twin.jpg': scenes(6)[5]!,
    'twin.txt': `${scenes(6)[5]!}\n`,
    ...Object.fromEntries(
      scenes(12).flatMap((scene, i) => [
        [`${i}.jpg`, scene],
        [`${i}.txt`, `${scene}\n`],
      ]),
    ),
  });
  const live = openWorkspace(files, () => Promise.resolve(ports), SETTINGS);
  await live.refresh([ROOT], {});
  const told = () =>
    live
      .findings()
      .flatMap(({ root, finding: { code, file, relatedFiles } }) =>
        code === 'conflicting-captions' ? [[root, file, ...relatedFiles].join(' ')] : [],
      );
  assert.deepEqual(told(), []);
  await write('2.txt', 'a blue boat on the river');
  const conflict = told();
  assert.equal(conflict.length, 1);
  assert.match(conflict[0]!, /2\.(?:txt|jpg)/);
  await write('own/metadata.jsonl', rows('a blue boat on the river'));
  assert.deepEqual(told(), [], 'the other dataset was corrected');
  await write('own/metadata.jsonl', rows('a green boat on the river'));
  assert.equal(told().length, 1);
  await write('2.txt', 'a green boat on the river');
  assert.deepEqual(told(), []);
  const ofWhole = () => live.findings().filter(({ root }) => root === ROOT);
  const before = ofWhole();
  assert.ok(before.length > 0);
  await write('own/metadata.jsonl', rows('a green boat on the river at dawn'));
  const after = ofWhole();
  assert.ok(
    before.length === after.length && before.every((finding, n) => finding === after[n]),
    'a change in the other dataset that concerns no finding here tells none anew',
  );
  await write('5.txt', 'a caption that is not the one of before');
  assert.ok(ofWhole().every((finding) => !before.includes(finding)));
});

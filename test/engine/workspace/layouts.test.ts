import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEnglish } from '../../../src/core/text/sentence.ts';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import type { LiveWorkspace } from '../../../src/engine/workspace/workspace.ts';
import { liveMemory, type LiveMemory, scenes, SETTINGS } from '../../support/liveMemory.ts';
import type { MemoryEntry } from '../../support/memoryFiles.ts';

/*
 * Splits, companions and names relative to another folder, while caption files are written: what is known is what a program
 * that starts now finds.
 */

const ROOT = '/data/set';
const SHOWN = scenes(12);

type Row = Readonly<Record<string, string>>;
const jsonl = (rows: readonly Row[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Twelve pictures in `images/`, three of them again in `val/`, a control image for each, a list for each split. */
function entries(): Record<string, MemoryEntry> {
  const pictures = SHOWN.flatMap((scene, i): [string, MemoryEntry][] => [
    [`images/${i}.jpg`, scene],
    [`control/${i}.png`, `edges of ${scene}`],
  ]);
  return {
    ...Object.fromEntries(pictures),
    'train.jsonl': jsonl(trainRows()),
    'val/0.jpg': SHOWN[3]!,
    'val/1.jpg': 'white cat sofa',
    'val/metadata.jsonl': jsonl([
      { file_name: '0.jpg', text: SHOWN[3]! },
      { file_name: '1.jpg', text: 'white cat sofa' },
    ]),
  };
}

const trainRows = (): Row[] =>
  SHOWN.map((text, i) => ({ image: `images/${i}.jpg`, text, control: `control/${i}.png` }));

interface Opened {
  readonly memory: LiveMemory;
  readonly live: LiveWorkspace;
}

async function opened(files: Readonly<Record<string, MemoryEntry>>): Promise<Opened> {
  const memory = liveMemory(ROOT, files);
  const live = openWorkspace(memory.files, () => Promise.resolve(memory.ports), SETTINGS);
  await live.refresh([ROOT], {});
  return { memory, live };
}

function known({ live }: Opened) {
  return {
    images: live.datasets.map(({ dataset }) => [dataset.root, dataset.images]),
    // Whether a caption is right is judged by the model of the last whole audit until the next one.
    findings: live
      .findings()
      .filter(({ finding }) => finding.pair === undefined)
      .map(({ root, finding: { code, file, relatedFiles, message } }) =>
        [code, root, file, ...relatedFiles, inEnglish(message)].join(' '),
      )
      .sort(),
  };
}

/** Writes a file as another program would, and waits until all is taken in. */
async function write({ memory, live }: Opened, name: string, text: string): Promise<void> {
  memory.files.entries.set(`${ROOT}/${name}`, text);
  await live.fileWritten(`${ROOT}/${name}`);
  await live.whenIdle();
}

/** What a program that starts now knows of the same files. */
async function fresh({ memory }: Opened) {
  const files = [...memory.files.entries].map(([path, entry]): [string, MemoryEntry] => [
    path.slice(ROOT.length + 1),
    entry,
  ]);
  return known(await opened(Object.fromEntries(files)));
}

test('a leak between two datasets is told of in the second, and by one name', async () => {
  const work = await opened(entries());
  const leaks = work.live.findings().filter(({ finding }) => finding.code === 'split-leak');
  assert.deepEqual(
    leaks.map(({ root, finding }) => [root, finding.file, ...finding.relatedFiles]),
    [[`${ROOT}/val`, '0.jpg', '../images/3.jpg']],
  );
  assert.deepEqual(
    work.live.datasets
      .flatMap(({ dataset }) => dataset.images)
      .filter((name) => name.includes('png')),
    [],
  );
});

const changes: Record<string, readonly [file: string, rows: () => Row[]]> = {
  'another caption': [
    'train.jsonl',
    () => trainRows().map((row, i) => (i === 2 ? { ...row, text: 'grey boat sea' } : row)),
  ],
  'another split of a picture': [
    'train.jsonl',
    () => trainRows().map((row, i) => (i === 3 ? { ...row, split: 'val' } : row)),
  ],
  'no control image any more': [
    'train.jsonl',
    () => trainRows().map(({ image, text }) => ({ image: image!, text: text! })),
  ],
  'a control image that is not there': [
    'train.jsonl',
    () => trainRows().map((row, i) => (i === 5 ? { ...row, control: 'control/gone.png' } : row)),
  ],
  'names relative to another folder': [
    'train.jsonl',
    () => trainRows().map((row) => ({ ...row, image: row['image']!.replace('images/', '') })),
  ],
  'names that Hugging Face does not find': [
    'val/metadata.jsonl',
    () => [0, 1].map((i) => ({ file_name: `val/${i}.jpg`, text: SHOWN[i]! })),
  ],
};
for (const [change, [file, rows]] of Object.entries(changes)) {
  test(`written into a file: ${change}`, async () => {
    const work = await opened(entries());
    const before = new TextDecoder().decode(await work.memory.files.read(`${ROOT}/${file}`));
    await write(work, file, jsonl(rows()));
    assert.deepEqual(known(work), await fresh(work));
    await write(work, file, before);
    assert.deepEqual(known(work), await fresh(work));
  });
}

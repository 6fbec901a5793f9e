import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DECISIONS_FILE,
  parseDecisions,
  replacedCaptions,
} from '../../../src/core/dataset/decisions.ts';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import type { LiveWorkspace } from '../../../src/engine/workspace/workspace.ts';
import {
  jsonl,
  jsonlDataset,
  type LiveMemory,
  liveMemory,
  scenes,
  SETTINGS,
} from '../../support/liveMemory.ts';

const ROOT = '/data/set';
const FILE = `${ROOT}/metadata.jsonl`;
const DECISIONS = `${ROOT}/${DECISIONS_FILE}`;
const N = 60;
/** Pairs with the caption of another image, in a ring. */
const WRONG = [3, 9, 17, 24, 31, 38, 46, 53];
const id = (i: number) => ({ root: ROOT, image: `${i}.jpg`, captionIndex: 0 });
const given = scenes(N);
WRONG.forEach((p, n) => (given[p] = scenes(N)[WRONG[(n + 1) % WRONG.length]!]!));

/** With a word less right and wrong captions are harder to tell apart, so that an answer counts. */
const harder = given.map((text, i) => (WRONG.includes(i) ? text : text.replace(/^\w+ /, '')));

async function opened(texts = given): Promise<LiveMemory & { live: LiveWorkspace }> {
  const memory = liveMemory(ROOT, jsonlDataset(N, texts));
  return { ...memory, live: await again(memory) };
}

async function again(memory: LiveMemory): Promise<LiveWorkspace> {
  const live = openWorkspace(memory.files, () => Promise.resolve(memory.ports), SETTINGS);
  await live.refresh([ROOT], {});
  return live;
}

function matches(live: LiveWorkspace): (number | undefined)[] {
  return given.map((_, i) => live.pair(id(i))?.match);
}

const accused = (live: LiveWorkspace): string[] =>
  live
    .findings()
    .filter(({ finding: { code } }) => code === 'caption-mismatch' || code === 'captions-swapped')
    .map(({ pair }) => pair!.image)
    .sort();

function assertAlike(
  found: readonly (number | undefined)[],
  wanted: readonly (number | undefined)[],
  tolerance: number,
): void {
  found.forEach((match, i) => {
    assert.equal(match === undefined, wanted[i] === undefined, `${i}`);
    if (match === undefined) return;
    assert.ok(Math.abs(match - wanted[i]!) <= tolerance, `${i}: ${match}, wanted ${wanted[i]}`);
  });
}

/** Rewrites one caption in the file on disk, as an editor that saves. */
async function save(
  { files, live }: LiveMemory & { live: LiveWorkspace },
  i: number,
  text: string,
) {
  const now = new TextDecoder().decode(await files.read(FILE));
  const rows = now.trimEnd().split('\n');
  rows[i] = JSON.stringify({ file_name: `${i}.jpg`, text });
  files.entries.set(FILE, `${rows.join('\n')}\n`);
  await live.captionsChanged(FILE, undefined);
  return live.fileWritten(FILE);
}

test('a verdict calibrates the dataset at once, as the next audit does, and taking it back undoes that', async () => {
  const { live, ...memory } = await opened(harder);
  const before = matches(live);
  const estimate = live.datasets[0]!.estimate!;
  assert.deepEqual(accused(live), WRONG.map((i) => `${i}.jpg`).sort());
  for (const i of WRONG.slice(0, 4)) await live.decide([id(i)], 'verified');
  await live.whenIdle();
  const after = matches(live);
  const others = WRONG.slice(4);
  // Four are called right whose images have better captions elsewhere: the model takes that for slips. What is fitted to right
  // captions moves all the same, and the others by at most .047.
  for (const i of others) assert.ok(after[i]! >= before[i]! - 0.06, `${i}: ${after[i]}`);
  assert.ok(others.some((i) => after[i]! > before[i]!));
  assert.ok(live.datasets[0]!.estimate!.wrongShare < estimate.wrongShare);
  assertAlike(matches(await again({ ...memory })), after, 1e-9);
  for (const i of WRONG.slice(0, 4)) await live.decide([id(i)], 'none');
  await live.whenIdle();
  assertAlike(matches(live), before, 1e-9);
  assert.deepEqual(live.datasets[0]!.estimate, estimate);
});

test('an excluded pair speaks against captions like it, a little', async () => {
  const { live, ...memory } = await opened();
  const before = matches(live);
  for (const i of WRONG.slice(0, 4)) await live.decide([id(i)], 'excluded');
  await live.whenIdle();
  const after = matches(live);
  for (const i of WRONG.slice(4)) assert.ok(after[i]! <= before[i]! + 0.06, `${i}: ${after[i]}`);
  // The next audit does without their images: all scores move a little.
  assertAlike(matches(await again(memory)), after, 0.15);
});

test('a replaced caption is a known wrong one while its image does not have it', async () => {
  const opening = await opened(harder);
  const { live, files } = opening;
  await live.decide([id(0)], 'verified');
  await live.whenIdle();
  const before = matches(live);
  const fixed = WRONG[0]!;
  assert.deepEqual(await save(opening, fixed, scenes(N)[fixed]!), [DECISIONS]);
  await live.whenIdle();
  const kept = new TextDecoder().decode(await files.read(DECISIONS));
  assert.equal(parseDecisions(kept).size, 1);
  assert.deepEqual(
    replacedCaptions(kept).map(({ image, caption }) => ({ image, caption })),
    [{ image: `${fixed}.jpg`, caption: harder[fixed] }],
  );
  // Older versions keep it as a comment, and report nothing.
  assert.ok(kept.split('\n').some((line) => line.startsWith('# replaced {')));
  const sum = (all: typeof before): number =>
    all.reduce<number>((total, match) => total + match!, 0);
  const learnt = sum(matches(await again(opening)));
  files.entries.set(DECISIONS, kept.replace(/^# replaced .*\n/m, ''));
  const ignorant = sum(matches(await again(opening)));
  assert.ok(learnt < ignorant, `the next audit knows it: ${learnt} ${ignorant}`);
  assert.ok(Math.abs(sum(matches(live)) - learnt) < Math.abs(sum(matches(live)) - ignorant));
  files.entries.set(DECISIONS, kept);

  await save(opening, fixed, harder[fixed]!);
  await live.whenIdle();
  assert.equal(replacedCaptions(new TextDecoder().decode(await files.read(DECISIONS))).length, 0);
  assertAlike(matches(live), before, 1e-3);
});

test('replaced captions are kept in the file of decisions, which begins and ends with a decision', async () => {
  const opening = await opened();
  const { live, files } = opening;
  assert.deepEqual(await save(opening, 3, scenes(N)[3]!), []);
  assert.equal(files.entries.has(DECISIONS), false);
  // Another audit does not forget it.
  await live.refresh([ROOT], {});
  await live.decide([id(0)], 'verified');
  const kept = new TextDecoder().decode(await files.read(DECISIONS));
  assert.deepEqual(
    replacedCaptions(kept).map(({ image }) => image),
    ['3.jpg'],
  );
  await live.decide([id(0)], 'none');
  assert.equal(files.entries.has(DECISIONS), false);
});

test('the text of a caption in work teaches nothing', async () => {
  const opening = await opened();
  const { live } = opening;
  const before = live.datasets[0]!.estimate;
  const text = given.with(3, scenes(N)[3]!);
  await live.captionsChanged(FILE, jsonl(text));
  await live.whenIdle();
  await live.captionsChanged(FILE, jsonl(given));
  await live.whenIdle();
  assert.deepEqual(live.datasets[0]!.estimate, before);
});

test('the suggestions of a finding that is looked at are of the captions that are there now', async () => {
  const opening = await opened();
  const { live } = opening;
  const [donor = 0, looked = 0] = WRONG;
  const offered = async (): Promise<string[]> => {
    const found = await live.neighbours(id(looked), 5);
    const about = found!.findings.filter(({ pair }) => pair?.image === `${looked}.jpg`);
    return about.flatMap(({ finding }) =>
      finding.fixes.flatMap((fix) => (fix.kind === 'replace-caption' ? [fix.caption] : [])),
    );
  };
  // The caption of the second image is on the first.
  assert.equal(given[donor], scenes(N)[looked]);
  assert.ok((await offered()).includes(given[donor]!));
  await live.captionsChanged(FILE, jsonl(given.with(donor, scenes(N)[donor]!)));
  assert.ok(!(await offered()).includes(given[donor]!));
});

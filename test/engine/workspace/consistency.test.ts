import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PairLensError } from '../../../src/core/errors.ts';
import type { LiveWorkspace } from '../../../src/engine/workspace/workspace.ts';
import { openWorkspace } from '../../../src/engine/workspace/openWorkspace.ts';
import { liveMemory, scenes, SETTINGS, type LiveMemory } from '../../support/liveMemory.ts';
import { runs } from '../../support/runs.ts';

const ROOT = '/data/set';
const N = 24;
const SHOWN = scenes(N);
const TABLE = `${ROOT}/a/table/metadata.jsonl`;
const COCO = `${ROOT}/c/coco/captions.json`;

/** A quarter of the images in a table of lines, some twice, a quarter in one JSON document, half with a file of their own. */
function entries(): Record<string, string> {
  const all: Record<string, string> = {};
  const rows: string[] = [];
  const images: unknown[] = [];
  const annotations: unknown[] = [];
  SHOWN.forEach((scene, i) => {
    if (i % 4 === 2) {
      all[`c/coco/${i}.jpg`] = scene;
      images.push({ id: i, file_name: `${i}.jpg` });
      annotations.push({ id: i, image_id: i, caption: scene });
    } else if (i % 2 === 0) {
      all[`a/table/${i}.jpg`] = scene;
      rows.push(JSON.stringify({ file_name: `${i}.jpg`, text: scene }));
      if (i % 8 === 0) rows.push(JSON.stringify({ file_name: `${i}.jpg`, text: `${scene} again` }));
    } else {
      all[`b/side/${i}.jpg`] = scene;
      all[`b/side/${i}.txt`] = `${scene}\n`;
    }
  });
  all['a/table/metadata.jsonl'] = rows.map((row) => `${row}\n`).join('');
  all['c/coco/captions.json'] = JSON.stringify({ images, annotations });
  return all;
}

async function opened(memory: LiveMemory): Promise<LiveWorkspace> {
  // How sidecars are read is told from all of them when a folder is opened, and then stays.
  const settings = { ...SETTINGS, dataset: { captionsPerFile: 'whole' } } as const;
  const live = openWorkspace(memory.files, () => Promise.resolve(memory.ports), settings);
  await live.refresh([ROOT], {});
  return live;
}

const caption = fc.oneof(
  { weight: 4, arbitrary: fc.nat(N - 1).map((i) => SHOWN[i]!) },
  { weight: 3, arbitrary: fc.constantFrom('red dog beach', 'old boat river', 'huge clock roof') },
  { weight: 1, arbitrary: fc.constantFrom('', '  ', 'two\nlines') },
);

/** How a file's text changes, as lines or as a whole. */
type Change = (text: string) => string | undefined;

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.nat(), caption).map(([at, text]): Change => (before) => {
    const captions = [...before.matchAll(/"caption":"(?:[^"\\]|\\.)*"/g)];
    const match = captions[at % captions.length];
    if (match !== undefined) {
      const after = before.slice(match.index + match[0].length);
      return `${before.slice(0, match.index)}"caption":${JSON.stringify(text)}${after}`;
    }
    const lines = before.split('\n');
    const row = at % Math.max(1, lines.length - 1);
    const line = lines[row];
    if (line?.startsWith('{') !== true) return `${text}\n`;
    lines[row] = line.replace(/"text":"(?:[^"\\]|\\.)*"/, `"text":${JSON.stringify(text)}`);
    return lines.join('\n');
  }),
  fc.nat().map((at): Change => (before) => {
    const lines = before.split('\n');
    lines.splice(at % lines.length, 1);
    return lines.join('\n');
  }),
  fc.nat().map((at): Change => (before) => {
    const lines = before.split('\n');
    const row = at % lines.length;
    lines.splice(row, 0, lines[(row * 7) % lines.length]!);
    return lines.join('\n');
  }),
  fc.constantFrom<Change>(
    (before) => `${before}{"file_name":"4.jpg","text":"one more"}\n`,
    (before) => `${before}{"file_name":"nowhere.jpg","text":"lost"}\n`,
    (before) => `${before}{"file_name":\n`,
    (before) => before.replace('"image_id":6', '"image_id":10'),
    (before) => before.replace(/"caption":"(..)/, '"caption":"$1"'),
    () => '',
  ),
);

type Step =
  | {
      readonly kind: 'type';
      readonly file: string;
      readonly change: Change;
      readonly patience: number;
    }
  | { readonly kind: 'close'; readonly file: string }
  | { readonly kind: 'match'; readonly text: string };

const file = fc.oneof(
  fc.constantFrom(TABLE, COCO),
  fc.nat(N / 2 - 1).map((i) => `${ROOT}/b/side/${2 * i + 1}.txt`),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('type' as const),
      file,
      change,
      patience: fc.oneof(fc.constant(1000), fc.nat(6)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), file }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('match' as const), text: fc.constant('wet lamp') }),
  },
);

/** A signal that is aborted once it was asked so many times. */
function impatient(patience: number): { readonly aborted: boolean } {
  let left = patience;
  return {
    get aborted() {
      return left-- <= 0;
    },
  };
}

function diskText({ files }: LiveMemory, path: string): string {
  const entry = files.entries.get(path);
  return typeof entry === 'string' ? entry : '';
}

function facts(live: LiveWorkspace) {
  const pairs = live.datasets.flatMap((each) =>
    each.dataset.pairs.map(({ image, caption: text, captionIndex, source }) =>
      JSON.stringify([each.dataset.root, image, captionIndex, text, source]),
    ),
  );
  const problems = live.datasets.flatMap((each) =>
    each.dataset.problems.map((problem) => JSON.stringify([each.dataset.root, problem])),
  );
  return { pairs: pairs.sort(), problems: problems.sort() };
}

function layoutsOf(live: LiveWorkspace): string {
  return JSON.stringify(
    live.datasets.map(({ dataset: { root, formats } }) => [root, formats]).sort(),
  );
}

function judged(live: LiveWorkspace): Map<string, number | undefined> {
  return new Map(
    live.datasets.flatMap(({ dataset }) =>
      dataset.pairs.map(({ image, captionIndex }) => {
        const id = { root: dataset.root, image, captionIndex };
        return [JSON.stringify(id), live.pair(id)!.match] as const;
      }),
    ),
  );
}

const codes = (live: LiveWorkspace) =>
  live
    .findings()
    .map(({ id }) => id)
    .sort();

test('whatever was typed, closed or given up, what is known and judged is what the texts say', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      const memory = liveMemory(ROOT, entries());
      const live = await opened(memory);
      const open = new Map<string, string>();
      const textOf = (path: string) => open.get(path) ?? diskText(memory, path);
      for (const each of steps) {
        if (each.kind === 'match') {
          await live.match({ root: `${ROOT}/a/table`, image: '4.jpg', captionIndex: 0 }, each.text);
        } else if (each.kind === 'close') {
          open.delete(each.file);
          await live.captionsChanged(each.file, undefined);
        } else {
          const text = each.change(textOf(each.file)) ?? '';
          open.set(each.file, text);
          await live
            .captionsChanged(each.file, text, impatient(each.patience))
            .catch((error: unknown) => assert.ok(PairLensError.is(error, 'cancelled')));
        }
      }
      await live.captionsChanged(TABLE, open.get(TABLE));
      await live.captionsChanged(COCO, open.get(COCO));
      await live.whenIdle();

      // The same texts, told once each to a workspace that was opened on the same files as the first.
      const once = await opened(liveMemory(ROOT, entries()));
      for (const path of memory.files.entries.keys()) {
        if (!/\.(?:txt|jsonl|json)$/.test(path)) continue;
        await once.captionsChanged(path, textOf(path));
      }
      await once.whenIdle();
      assert.deepEqual(facts(live), facts(once));
      assert.deepEqual(codes(live), codes(once));
      const expected = judged(once);
      for (const [pair, match] of judged(live)) {
        const other = expected.get(pair);
        assert.equal(match === undefined, other === undefined, pair);
        assert.ok(Math.abs((match ?? 0) - (other ?? 0)) < 1e-6, `${pair}: ${match} and ${other}`);
      }

      // And a workspace that is opened on the final texts knows the same, but for what it learnt from them.
      const last: Record<string, string> = {};
      for (const path of memory.files.entries.keys()) {
        last[path.slice(ROOT.length + 1)] = textOf(path);
      }
      const fresh = await opened(liveMemory(ROOT, last));
      // Which datasets there are, and the formats of their files, is decided by the files on disk and not by open texts.
      if (layoutsOf(fresh) === layoutsOf(live)) {
        assert.deepEqual(facts(live), facts(fresh));
      }
    }),
    { numRuns: runs(25), includeErrorInReport: true },
  );
});

test('an image whose caption was empty has none once its file is emptied', async () => {
  const memory = liveMemory(ROOT, entries());
  const live = await opened(memory);
  const blank = diskText(memory, TABLE).replace(JSON.stringify(SHOWN[20]), '"  "');
  await live.captionsChanged(TABLE, blank);
  await live.captionsChanged(TABLE, '');
  const missing = live.findings().filter(({ finding }) => finding.code === 'missing-caption');
  assert.ok(missing.some(({ finding }) => finding.image === '20.jpg'));
  assert.equal(missing.length, N / 4);
});

test('of a table whose only line is being typed it is not said which images have no caption', async () => {
  const live = await opened(liveMemory(ROOT, entries()));
  const codesNow = () => live.findings().map(({ finding }) => finding.code);
  await live.captionsChanged(TABLE, '{"file_name":\n');
  assert.ok(codesNow().includes('unreadable-caption'));
  assert.ok(!codesNow().includes('missing-caption'));
  await live.captionsChanged(TABLE, '{"file_name":"0.jpg","text":"red dog beach"}\n');
  assert.equal(codesNow().filter((code) => code === 'missing-caption').length, N / 4 - 1);
});

test('opening a caption file adds no finding to those of other files', async () => {
  const coco = (captions: Readonly<Record<string, string>>) =>
    JSON.stringify({
      images: Object.keys(captions).map((id) => ({ id, file_name: `${id}.jpg` })),
      annotations: Object.entries(captions).map(([id, text]) => ({ image_id: id, caption: text })),
    });
  const pictures = SHOWN.map((scene, i) => [`images/${i}.jpg`, scene]);
  const captioned = (from: number, to: number) =>
    Object.fromEntries(SHOWN.slice(from, to).map((scene, n) => [String(from + n), scene]));
  const all: Record<string, string> = {
    ...(Object.fromEntries(pictures) as Record<string, string>),
    'captions_train.json': coco(captioned(0, 12)),
    // One blank, one that nobody mentions.
    'captions_val.json': coco({ ...captioned(12, 22), 22: '  ' }),
  };
  const memory = liveMemory(ROOT, all);
  const live = await opened(memory);
  const before = facts(live);
  assert.deepEqual(
    live
      .findings()
      .flatMap(({ finding }) =>
        ['empty-caption', 'missing-caption'].includes(finding.code) ? [finding.image] : [],
      ),
    ['images/22.jpg', 'images/23.jpg'],
  );
  for (const name of ['captions_train.json', 'captions_val.json']) {
    const path = `${ROOT}/${name}`;
    await live.captionsChanged(path, diskText(memory, path));
    assert.deepEqual(facts(live), before, name);
  }
});

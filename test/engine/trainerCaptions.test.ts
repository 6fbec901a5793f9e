import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import { placeOfPart } from '../../src/core/dataset/captionPart.ts';
import type { Problem } from '../../src/core/dataset/problem.ts';
import type { TrainerSettings } from '../../src/core/dataset/trainers/trainer.ts';
import type { TrainerId } from '../../src/core/dataset/trainers.ts';
import { runCooperatively } from '../../src/core/steps.ts';
import { Boilerplate } from '../../src/core/text/boilerplate.ts';
import { ClipTokens } from '../../src/core/text/clipTokens.ts';
import { sentence } from '../../src/core/text/sentence.ts';
import { auditDataset } from '../../src/engine/audit/auditDataset.ts';
import { syntheticBank, syntheticWorld } from '../support/syntheticWorld.ts';

const reference = syntheticBank();
const clipTokens = new ClipTokens(readFileSync('models/clip-merges.txt', 'utf8'));
const PAIRS = 30;

/** The parts that a trainer's rules mark in one caption of 30. */
async function marked(
  caption: string,
  id: TrainerId | 'none' | undefined,
  settings: TrainerSettings = {},
): Promise<(readonly [string, string | undefined])[]> {
  const captions = Array.from({ length: PAIRS }, (_, i) =>
    i === 4 ? caption : `caption of picture ${i}`,
  );
  const { embedded } = syntheticWorld(PAIRS, { captions });
  const trainer =
    id === undefined || id === 'none' ? id : { id, settings, why: sentence('it is set') };
  const dataset = { ...embedded.dataset, ...(trainer !== undefined && { trainer }) };
  const { findings } = await auditDataset(
    { ...embedded, dataset },
    { levels: DEFAULT_LEVELS, reference, clipTokens },
  );
  return findings
    .filter(({ code }) => code.startsWith('trainer/'))
    .map(({ code, parts, file }) => {
      const [part] = parts ?? [];
      assert.equal(file, '4.txt');
      return [code, part && caption.slice(part.start, part.end)] as const;
    });
}

const LONG = Array.from({ length: 80 }, (_, i) => (i === 75 ? 'hens' : 'cat')).join(' ');

/** A caption that triggers the rule, the part that is marked, and one that must not. */
const CASES: readonly {
  readonly code: string;
  readonly trainer: TrainerId;
  readonly settings?: TrainerSettings;
  readonly bad: string;
  readonly part: string;
  readonly good: string;
  /** A trainer to which the bad caption is good. */
  readonly reads: TrainerId;
}[] = [
  {
    code: 'trainer/token-overflow',
    trainer: 'sd-scripts',
    bad: LONG,
    part: 'hens cat cat cat cat',
    good: LONG.slice(0, LONG.indexOf(' hens')),
    reads: 'diffusion-pipe',
  },
  {
    code: 'trainer/token-overflow',
    trainer: 'sd-scripts',
    settings: { maxTokens: 150 },
    bad: `${LONG} ${LONG}`,
    part: 'cat cat cat cat cat hens cat cat cat cat',
    good: LONG,
    reads: 'musubi-tuner',
  },
  {
    code: 'trainer/token-overflow',
    trainer: 'open-clip',
    bad: `${LONG}, a 🐕`,
    part: 'hens cat cat cat cat, a 🐕',
    good: 'a cat',
    reads: 'imagefolder',
  },
  {
    code: 'trainer/extra-lines',
    trainer: 'sd-scripts',
    bad: 'a dog on a meadow\na second line',
    part: 'a second line',
    good: 'a dog on a meadow',
    reads: 'ai-toolkit',
  },
  {
    code: 'trainer/extra-lines',
    trainer: 'onetrainer',
    bad: 'a dog on a meadow,\nin the evening',
    part: 'in the evening',
    good: 'a dog on a meadow, in the evening',
    reads: 'musubi-tuner',
  },
  {
    code: 'trainer/separators',
    trainer: 'sd-scripts',
    bad: 'sks ||| red hair, smile ||| best quality ||| outdoors',
    part: '|||',
    good: 'sks ||| red hair, smile ||| best quality',
    reads: 'onetrainer',
  },
  {
    code: 'trainer/brackets',
    trainer: 'sd-scripts',
    bad: 'a (red:1.2) and (blue car',
    part: '(',
    good: 'a ((red) car:1.2), saber \\(fate\\), [smile], :(, ;), >:(, (:',
    reads: 'ai-toolkit',
  },
  {
    code: 'trainer/duplicate-tags',
    trainer: 'sd-scripts',
    bad: '1girl, solo, red hair, smile, Solo, outdoors',
    part: 'Solo',
    good: '1girl, solo, red hair, smile, solo focus, outdoors',
    reads: 'simpletuner',
  },
];

describe('captions as a known trainer reads them', () => {
  for (const { code, trainer, settings, bad, part, good, reads } of CASES) {
    test(`${code}: ${trainer} and “${bad.slice(0, 40)}”`, async () => {
      assert.deepEqual(await marked(bad, trainer, settings), [[code, part]]);
      assert.deepEqual(await marked(good, trainer, settings), []);
      for (const other of [reads, 'none', undefined] as const) {
        const codes = (await marked(bad, other)).map(([found]) => found);
        assert.ok(!codes.includes(code), `${other}: ${codes.join()}`);
      }
    });
  }

  test('are not counted in tokens of CLIP if the text encoder is another', async () => {
    assert.deepEqual(await marked(LONG, 'sd-scripts', { isClip: false }), []);
  });

  test('with enable_wildcard sd-scripts reads each line', async () => {
    const [finding] = await marked('a dog\na cat', 'sd-scripts', { everyLine: true });
    assert.deepEqual(finding, ['trainer/extra-lines', 'a cat']);
    // A line beyond the first is cut off only if it is read.
    const below = `a dog\n${LONG}`;
    assert.deepEqual(
      (await marked(below, 'sd-scripts')).map(([code]) => code),
      ['trainer/extra-lines'],
    );
    assert.ok(
      (await marked(below, 'sd-scripts', { everyLine: true })).some(
        ([code, part]) => code === 'trainer/token-overflow' && part === 'hens cat cat cat cat',
      ),
    );
  });
});

describe('the place of a part of a caption', () => {
  const range = { start: 10, end: 10 + 'ab\r\ncd'.length, line: 3, column: 4 };

  test('is on its line and column', () => {
    assert.deepEqual(placeOfPart('ab\r\ncd', range, { start: 1, end: 5 }), {
      start: { line: 3, column: 5 },
      end: { line: 4, column: 1 },
    });
  });

  test('is not known where the file writes characters otherwise', () => {
    assert.equal(placeOfPart('a"b', range, { start: 1, end: 2 }), undefined);
  });
});

/** Findings of a rule in a dataset whose trainer is known. */
async function findingsOf(
  code: string,
  id: TrainerId,
  change: {
    readonly settings?: TrainerSettings;
    readonly captions?: readonly string[];
    readonly problems?: readonly Problem[];
    readonly sizes?: Readonly<Record<number, readonly [number, number]>>;
    readonly triggers?: readonly string[];
    readonly folder?: string;
  },
) {
  const { embedded } = syntheticWorld(PAIRS, change.captions && { captions: change.captions });
  const { dataset, images } = embedded;
  const inFolder = (path: string): string =>
    change.folder === undefined ? path : `${change.folder}/${path}`;
  const changed = {
    ...embedded,
    dataset: {
      ...dataset,
      trainer: { id, settings: change.settings ?? {}, why: sentence('it is set') },
      problems: change.problems ?? [],
      images: dataset.images.map(inFolder),
      pairs: dataset.pairs.map((pair) => ({ ...pair, image: inFolder(pair.image) })),
    },
    images: {
      ...images,
      paths: images.paths.map(inFolder),
      facts: images.facts.map((facts, i) => {
        const [width, height] = change.sizes?.[i] ?? [1024, 1024];
        return { ...facts, width, height };
      }),
    },
    boilerplate: await runCooperatively(Boilerplate.of([], change.triggers), async () =>
      Promise.resolve(),
    ),
  };
  const { findings } = await auditDataset(changed, {
    levels: DEFAULT_LEVELS,
    reference,
    clipTokens,
  });
  return findings
    .filter((finding) => finding.code === code)
    .map(({ file, relatedFiles }) => [file, ...relatedFiles]);
}

describe('gaps as a known trainer takes them', () => {
  const problem = (code: 'empty-caption' | 'missing-caption', file: string): Problem => ({
    ...{ code, file, message: sentence('x'), remedy: sentence('y') },
    ...(code === 'missing-caption' && { image: file, related: ['z.jpg'] }),
  });

  test('sd-scripts stops at an empty file; others do not', async () => {
    const problems = [problem('empty-caption', 'b.txt'), problem('empty-caption', 'a.txt')];
    const of = (id: TrainerId) => findingsOf('trainer/empty-caption', id, { problems });
    assert.deepEqual(await of('sd-scripts'), [['a.txt', 'b.txt']]);
    assert.deepEqual(await of('musubi-tuner'), []);
    assert.deepEqual(await findingsOf('trainer/empty-caption', 'sd-scripts', {}), []);
  });

  test('images without a caption are left out by some trainers', async () => {
    const problems = [problem('missing-caption', 'a.jpg')];
    const of = (id: TrainerId) => findingsOf('trainer/uncaptioned', id, { problems });
    for (const id of ['musubi-tuner', 'diffusion-pipe', 'imagefolder', 'simpletuner'] as const) {
      assert.deepEqual(await of(id), [['a.jpg', 'z.jpg']], id);
    }
    for (const id of ['sd-scripts', 'onetrainer', 'ai-toolkit', 'open-clip'] as const) {
      assert.deepEqual(await of(id), [], id);
    }
    const settings = { insteadOfTexts: sentence('{0} is "{1}"', 'caption_strategy', 'filename') };
    assert.deepEqual(
      await findingsOf('trainer/uncaptioned', 'simpletuner', { problems, settings }),
      [],
    );
  });
});

describe('pictures and the settings of a known trainer', () => {
  const buckets = { least: 256, most: 1024, step: 64, enlarge: true };
  const settings = { resolution: { width: 768, height: 768 }, batchSize: 4, buckets };

  test('below the resolution are one finding, unless the trainer does not enlarge them', async () => {
    const sizes = { 3: [700, 800], 8: [300, 300], 9: [768, 768] } as const;
    const of = (id: TrainerId, known: TrainerSettings) =>
      findingsOf('trainer/small-image', id, { sizes, settings: known });
    assert.deepEqual(await of('sd-scripts', settings), [['3.jpg', '8.jpg']]);
    const asTheyAre = { ...settings, buckets: { ...buckets, enlarge: false } };
    assert.deepEqual(await of('sd-scripts', asTheyAre), []);
    assert.deepEqual(await of('sd-scripts', {}), []);
    assert.deepEqual(await of('ai-toolkit', settings), []);
  });

  test('alone in their bucket are one finding, if batches hold several', async () => {
    // 1600 x 900 and 1920 x 1080 share a bucket; the panorama has one of its own.
    const sizes = { 3: [1600, 900], 5: [1920, 1080], 8: [3000, 1000] } as const;
    const of = (id: TrainerId, known: TrainerSettings) =>
      findingsOf('trainer/lone-bucket', id, { sizes, settings: known });
    assert.deepEqual(await of('sd-scripts', settings), [['8.jpg']]);
    assert.deepEqual(await of('musubi-tuner', settings), [['8.jpg']]);
    assert.deepEqual(await of('sd-scripts', { ...settings, batchSize: 1 }), []);
    assert.deepEqual(await of('onetrainer', settings), []);
  });
});

describe('trigger words', () => {
  const captions = Array.from({ length: PAIRS }, (_, i) =>
    i === 6 ? 'a dog on a meadow' : `sks dog, picture ${i}`,
  );
  const of = (id: TrainerId, change: Parameters<typeof findingsOf>[2]) =>
    findingsOf('trainer/trigger-word', id, { captions, ...change });

  test('that are named, or name a folder of sd-scripts, are missed where the others have them', async () => {
    assert.deepEqual(await of('musubi-tuner', { triggers: ['SKS dog'] }), [['6.txt']]);
    assert.deepEqual(await of('sd-scripts', { folder: '10_sks dog' }), [['6.txt']]);
  });

  test('are looked for only in lines that the trainer reads', async () => {
    const lines = captions.map((caption, i) =>
      i === 6 ? 'sks dog\na second line' : i === 7 ? 'a line\nsks dog' : caption,
    );
    const known = { captions: lines, triggers: ['sks dog'] };
    assert.deepEqual(await of('sd-scripts', known), [['7.txt']]);
    assert.deepEqual(await of('musubi-tuner', known), []);
  });

  test('are not missed if few captions have them, or the trainer adds them', async () => {
    assert.deepEqual(await of('sd-scripts', { folder: '10_meadow' }), []);
    assert.deepEqual(await of('musubi-tuner', { folder: '10_sks dog' }), []);
    assert.deepEqual(
      await of('ai-toolkit', { triggers: ['sks'], settings: { triggerWord: 'sks' } }),
      [],
    );
  });
});

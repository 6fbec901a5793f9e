import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { DEFAULT_LEVELS } from '../../src/core/audit/rules.ts';
import { placeOfPart } from '../../src/core/dataset/captionPart.ts';
import type { TrainerSettings } from '../../src/core/dataset/trainers/trainer.ts';
import type { TrainerId } from '../../src/core/dataset/trainers.ts';
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
    .map(({ code, part, file }) => {
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

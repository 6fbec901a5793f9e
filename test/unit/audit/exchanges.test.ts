import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { naturalRanks } from '../../../src/core/dataset/naturalOrder.ts';
import {
  exchangeProbability,
  type PossibleExchange,
  probabilitiesOf,
  Suspects,
} from '../../../src/core/audit/exchanges.ts';
import { captionsSwapped } from '../../../src/core/audit/detectors/captionsSwapped.ts';
import { shiftedRuns } from '../../../src/core/audit/shifts.ts';
import { matchesAnywhere, ranked } from '../../../src/core/audit/candidates.ts';
import { SCORE_NAMES } from '../../../src/core/audit/pairScorer.ts';
import { DEFAULT_LEVELS } from '../../../src/core/audit/rules.ts';
import { auditDataset, judgeDataset } from '../../../src/engine/audit/auditDataset.ts';
import type { Finding } from '../../../src/core/audit/finding.ts';
import { syntheticBank, syntheticWorld } from '../../support/syntheticWorld.ts';

const reference = syntheticBank();

async function findings(n: number, moved: Readonly<Record<number, number>>): Promise<Finding[]> {
  const given = Array.from({ length: n }, (_, i) => moved[i] ?? i);
  const { embedded } = syntheticWorld(n, { given });
  const audit = await auditDataset(embedded, { reference, levels: DEFAULT_LEVELS });
  return [...audit.findings];
}

function of(code: string, all: readonly Finding[]): Finding[] {
  return all.filter((finding) => finding.code === code);
}

describe('captions that changed places', () => {
  test('two of them are one exchange, told from either pair', async () => {
    const found = of('captions-swapped', await findings(200, { 3: 90, 90: 3 }));
    assert.deepEqual(
      found.map(({ pair, relatedPairs }) => [pair, ...relatedPairs]),
      [
        [3, 90],
        [90, 3],
      ],
    );
    assert.deepEqual(found[0]!.fixes[0], { kind: 'swap-captions', pair: 3, other: 90 });
  });

  test('three of them in a ring are one exchange, with one edit for all', async () => {
    const found = of('captions-swapped', await findings(200, { 3: 90, 90: 151, 151: 3 }));
    assert.equal(found.length, 3);
    const fix = found[0]!.fixes[0]!;
    assert.equal(fix.kind, 'move-captions');
    const { moves } = fix;
    // Image 3 carries the caption of picture 90: its own is where picture 151 is.
    assert.deepEqual(
      [...moves].sort((a, b) => a.to - b.to),
      [
        { to: 3, from: 151 },
        { to: 90, from: 3 },
        { to: 151, from: 90 },
      ],
    );
  });

  test('captions that were passed on and did not come back are no exchange of two', async () => {
    const all = await findings(200, { 3: 50, 50: 101, 101: 150, 150: 180, 180: 3 });
    assert.deepEqual(of('captions-swapped', all), []);
    assert.ok(of('caption-mismatch', all).length >= 4);
  });

  test('right captions are in none', async () => {
    const all = await findings(300, {});
    assert.deepEqual([...of('captions-swapped', all), ...of('captions-shifted', all)], []);
  });

  test('two pairs so alike that each caption fits both images are none, unless neither fits its own', async () => {
    const { embedded } = syntheticWorld(200);
    const judged = await judgeDataset(embedded, { reference });
    const exchanged = (own: readonly [number, number]): number => {
      const support = (image: number, text: number): number => (image === text ? own[image]! : 5);
      const mismatch = judged.mismatch.map((_, p) => (p < 2 ? 0.4 : 0.01));
      const context = { ...judged, mismatch, model: { ...judged.model, support } };
      return exchangeProbability(new Suspects(context).swapped(0, 1));
    };
    assert.ok(exchanged([-2.4, 1]) < 0.5, `${exchanged([-2.4, 1])}`);
    assert.ok(exchanged([-4, -4]) > 0.9, `${exchanged([-4, -4])}`);
  });

  test('a few doubtful exchanges are doubted more, the more other captions are wrong; many confirm each other', () => {
    const possible = (count: number): PossibleExchange[] =>
      Array.from({ length: count }, (_, e) => ({
        pairs: [2 * e, 2 * e + 1],
        odds: { ofRings: 1, ring: 1, open: 0.2, others: 0.1 },
      }));
    const alone = exchangeProbability(possible(1)[0]!.odds);
    const first = (count: number, wrong: number): number =>
      probabilitiesOf(possible(count), wrong)[0]!;
    assert.ok(first(3, 100) < 0.35 && alone > 0.5, `${first(3, 100)} of ${alone}`);
    assert.ok(first(45, 100) > alone, `${first(45, 100)} of ${alone}`);
    assert.ok(Math.abs(first(1, 2) - alone) < 0.1, `${first(1, 2)} of ${alone}`);
  });

  test('a single exchange is named only if it is as sure as other findings must be', async () => {
    const given = Array.from({ length: 200 }, (_, i) => (i === 0 ? 1 : i === 1 ? 0 : i));
    const { embedded } = syntheticWorld(200, { given });
    const judged = await judgeDataset(embedded, { reference });
    const mismatch = judged.mismatch.map((_, p) => (p < 2 ? 0.4 : 0.01));
    const named = (moved: number): { readonly probability: number; readonly findings: number } => {
      const home = (image: number, text: number): boolean => embedded.textRow[image] === text;
      const support = (image: number, text: number): number => (home(image, text) ? -4 : moved);
      const context = { ...judged, mismatch, model: { ...judged.model, support } };
      const tracker = captionsSwapped.track(context);
      for (const step of tracker.detectAll()) assert.equal(step, undefined);
      const probability = exchangeProbability(new Suspects(context).swapped(0, 1));
      return { probability, findings: tracker.findings().length };
    };
    const all = Array.from({ length: 60 }, (_, n) => named(n / 10));
    const doubtful = all.filter(({ probability }) => probability > 0.55 && probability < 0.7);
    const sure = all.filter(({ probability }) => probability > 0.9);
    assert.ok(doubtful.length > 0 && sure.length > 0);
    assert.ok(doubtful.every((each) => each.findings === 0));
    assert.ok(sure.every((each) => each.findings === 2));
  });

  test('one wrong caption on many images costs as many comparisons as there are images, not their square', async () => {
    const compared = async (n: number): Promise<number> => {
      const half = Array.from({ length: n }, (_, i) => i);
      const captions = half.map((i) =>
        i % 2 === 0 ? 'a wrong caption' : `caption of picture ${i}`,
      );
      const { embedded } = syntheticWorld(n, { captions });
      const judged = await judgeDataset(embedded, { reference });
      let count = 0;
      const { scorer } = judged.model;
      const counted = Object.assign(Object.create(scorer) as typeof scorer, {
        cosine: (i: number, j: number) => {
          count++;
          return scorer.cosine(i, j);
        },
      });
      const mismatch = judged.mismatch.map((_, p) => (p % 2 === 0 ? 0.9 : p < 40 ? 0.5 : 0.01));
      const context = { ...judged, mismatch, model: { ...judged.model, scorer: counted } };
      const suspects = new Suspects(context);
      for (const p of suspects.pairs()) suspects.partnersOf(p);
      return count;
    };
    const [few, many] = [await compared(200), await compared(800)];
    assert.ok(many < 8 * few, `${few} and ${many}`);
  });
});

test('a caption that was copied from another image is compared with that image', async () => {
  const captions = Array.from({ length: 200 }, (_, i) => `caption of picture ${i === 20 ? 15 : i}`);
  const { embedded } = syntheticWorld(200, { captions });
  const { mismatch, model } = await judgeDataset(embedded, { reference });
  const nearest = SCORE_NAMES.indexOf('nearest');
  const text = embedded.textRow[20]!;
  assert.equal(text, embedded.textRow[15]);
  const here = model.scorer.of(20, text)[nearest]!;
  const whenMoved = model.scorer.of(20, text, { replacedText: -1, donorImage: 15 })[nearest]!;
  assert.equal(here, whenMoved);
  assert.ok(mismatch[20]! > 0.5 && mismatch[15]! < 0.1, `${mismatch[20]!}, ${mismatch[15]!}`);
});

describe('captions that moved along', () => {
  test('where few captions are there again and again, no run is seen', async () => {
    const runs = async (different: number): Promise<number> => {
      const captions = Array.from({ length: 60 }, (_, i) => `caption of picture ${i % different}`);
      const { embedded } = syntheticWorld(60, { captions });
      const judged = await judgeDataset(embedded, { reference });
      const moved = (image: number, text: number): boolean => embedded.textRow[image] !== text;
      const support = (image: number, text: number): number => (moved(image, text) ? 4 : -4);
      const cosine = (image: number, text: number): number => (moved(image, text) ? 0.8 : 0);
      const scorer = Object.create(judged.model.scorer, {
        cosine: { value: cosine },
      }) as typeof judged.model.scorer;
      const search = shiftedRuns({ ...judged, model: { ...judged.model, scorer, support } });
      for (;;) {
        const { done, value } = search.next();
        if (done === true) return value.length;
      }
    };
    assert.equal(await runs(4), 0);
    assert.ok((await runs(60)) > 0);
  });

  for (const by of [1, -3]) {
    test(`a run moved by ${by} is one finding with one edit`, async () => {
      const moved: Record<number, number> = {};
      for (let i = 60; i < 80; i++) moved[i] = 60 + ((i - 60 - by + 20) % 20);
      const all = await findings(200, moved);
      const [found, ...others] = of('captions-shifted', all);
      assert.ok(found);
      assert.deepEqual(others, []);
      const run = [found.pair!, ...found.relatedPairs];
      assert.ok(Math.abs(run[0]! - 60) <= 2 && Math.abs(run.at(-1)! - 79) <= 2, run.join());
      const doubted = [...of('caption-mismatch', all), ...of('captions-swapped', all)];
      assert.deepEqual(
        doubted.filter(({ pair }) => run.includes(pair!)),
        [],
      );
      const fix = found.fixes[0]!;
      assert.equal(fix.kind, 'move-captions');
      const { moves } = fix;
      assert.deepEqual(
        [...moves.map(({ from }) => from)].sort((a, b) => a - b),
        run,
      );
      const right = moves.filter(({ to, from }) => (moved[from] ?? from) === to);
      assert.ok(right.length >= 16, `${right.length}`);
    });
  }
});

describe('candidates', () => {
  const homes = { wrong: Float64Array.of(0.9, 0.9, 0.01), total: 1.81, size: 100 };

  test('those that fit alike share what there is, and those at home get next to nothing', () => {
    const [first, second, third] = ranked(homes, 0.8, [0, 1, 2], () => 4);
    assert.equal(first!.match, second!.match);
    assert.ok(first!.match > 0.35 && first!.match <= 0.4);
    assert.ok(third!.match < 0.02);
    assert.deepEqual([first!.homeless, third!.homeless], [true, false]);
  });

  test('their sum is at most the probability that the present caption is wrong', () => {
    for (const mismatch of [0, 0.2, 0.97]) {
      const all = ranked(homes, mismatch, [0, 1, 2], (row) => row * 9);
      const sum = all.reduce((total, { match }) => total + match, 0);
      assert.ok(sum <= mismatch + 1e-12);
    }
  });

  test('none is right where none fits better than chance', () => {
    for (const { match } of ranked(homes, 1, [0, 1], () => -3)) assert.ok(match < 0.05);
    for (const match of matchesAnywhere(50, [0, 1], () => -3)) assert.ok(match < 0.05);
  });

  test('an image from elsewhere: the best fits the likelier, the fewer captions there are', () => {
    const [few] = matchesAnywhere(10, [0, 1], (row) => (row === 0 ? 4 : 0));
    const [many] = matchesAnywhere(10_000, [0, 1], (row) => (row === 0 ? 4 : 0));
    assert.ok(few! > 0.9 && many! < few!);
  });
});

test('files are ordered as people count, folder by folder', () => {
  const paths = ['b/1.jpg', 'a/10.jpg', 'a/9.jpg', 'a/09b.jpg', 'B/0.jpg'];
  const ranks = naturalRanks(paths);
  const order = [...paths].sort((x, y) => ranks[paths.indexOf(x)]! - ranks[paths.indexOf(y)]!);
  assert.deepEqual(order.slice(0, 3), ['a/9.jpg', 'a/09b.jpg', 'a/10.jpg']);
  assert.deepEqual(new Set(ranks).size, paths.length);
});

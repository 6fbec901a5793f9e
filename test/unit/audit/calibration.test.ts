import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { calibrate } from '../../../src/core/audit/calibration.ts';
import { finish } from '../../../src/core/steps.ts';
import { gaussian, seeded } from '../../support/randomVectors.ts';

/** Scores of `n` captions of which `share` are wrong: wrong ones around 0, right ones around 2.6. */
function mixture(
  n: number,
  share: number,
  seed: number,
): { scores: Float64Array; wrong: boolean[] } {
  const random = seeded(seed);
  const wrong = Array.from({ length: n }, (_, i) => i < share * n);
  const scores = Float64Array.from(wrong, (w) =>
    w ? 0.5 + 2 * gaussian(random) : 5.7 + 1.7 * gaussian(random),
  );
  return { scores, wrong };
}
const injected = mixture(8000, 1, 77).scores;

test('the estimated share is right whether 2 or 60 of 100 captions are wrong', () => {
  for (const share of [0.02, 0.1, 0.25, 0.4, 0.6]) {
    const { scores } = mixture(2000, share, 3);
    assert.ok(Math.abs(finish(calibrate(scores, injected)).wrongShare - share) < 0.02, `${share}`);
  }
});

test('in every tenth of the scale the probability promises what it keeps', () => {
  for (const share of [0.1, 0.4]) {
    const { scores, wrong } = mixture(20_000, share, 8);
    const { mismatch } = finish(calibrate(scores, injected));
    const p = [...scores].map(mismatch);
    let gap = 0;
    for (let bin = 0; bin < 10; bin++) {
      const inside = p.flatMap((value, i) =>
        Math.min(9, Math.floor(value * 10)) === bin ? [i] : [],
      );
      const promised = inside.reduce((sum, i) => sum + p[i]!, 0);
      gap += Math.abs(promised - inside.filter((i) => wrong[i]).length);
    }
    assert.ok(gap / p.length < 0.02, `${gap / p.length}`);
  }
});

test('the probability never rises with the score and stays within 0 and 1, whatever the scores', () => {
  const score = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.array(score), fc.array(score), fc.array(score), (observed, random, asked) => {
      const { mismatch, wrongShare } = finish(
        calibrate(Float64Array.from(observed), Float64Array.from(random)),
      );
      assert.ok(wrongShare >= 0 && wrongShare <= 1);
      let last = 1;
      for (const value of asked.sort((a, b) => a - b)) {
        const p = mismatch(value);
        assert.ok(p >= 0 && p <= last, `${p} after ${last}`);
        last = p;
      }
    }),
  );
});

test('scaling and shifting every score changes no probability', () => {
  const { scores } = mixture(500, 0.3, 4);
  const plain = finish(calibrate(scores, injected));
  const moved = finish(
    calibrate(
      scores.map((s) => 3 * s - 7),
      injected.map((s) => 3 * s - 7),
    ),
  );
  for (const s of scores) assert.ok(Math.abs(plain.mismatch(s) - moved.mismatch(3 * s - 7)) < 1e-6);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { calibrate } from '../../../src/core/audit/calibration.ts';
import { runToCompletion } from '../../../src/core/steps.ts';
import { gaussian, seeded } from '../../support/randomVectors.ts';

/** Left-skewed, mean 0 and spread 1, as the scores of right captions are: some captions are vague. */
function skewed(random: () => number): number {
  // The logarithm of a gamma variable of shape 4, a sum of four exponential ones.
  let sum = 0;
  for (let k = 0; k < 4; k++) sum -= Math.log(1 - random());
  return (Math.log(sum) - 1.2561) / 0.53275;
}

/** Scores of `n` captions of which `share` are wrong: wrong ones around 0, right ones around 2.6. */
function mixture(
  n: number,
  share: number,
  seed: number,
): { scores: Float64Array; wrong: boolean[] } {
  const random = seeded(seed);
  const wrong = Array.from({ length: n }, (_, i) => i < share * n);
  const scores = Float64Array.from(wrong, (w) =>
    w ? 0.5 + 2 * gaussian(random) : 5.7 + 1.7 * skewed(random),
  );
  return { scores, wrong };
}
const injected = mixture(8000, 1, 77).scores;

test('the estimated share is right whether 2 or 60 of 100 captions are wrong', () => {
  for (const share of [0.02, 0.1, 0.25, 0.4, 0.6]) {
    const { scores } = mixture(2000, share, 3);
    const { wrongShare, range } = runToCompletion(calibrate(scores, injected));
    assert.ok(Math.abs(wrongShare - share) < 0.03, `${wrongShare} of ${share}`);
    assert.ok(range.low <= wrongShare && wrongShare <= range.high);
  }
});

test('in every tenth of the scale the probability promises what it keeps', () => {
  for (const share of [0.1, 0.4]) {
    const { scores, wrong } = mixture(20_000, share, 8);
    const { mismatch } = runToCompletion(calibrate(scores, injected));
    const p = [...scores].map(mismatch);
    let gap = 0;
    for (let bin = 0; bin < 10; bin++) {
      const inside = p.flatMap((value, i) =>
        Math.min(9, Math.floor(value * 10)) === bin ? [i] : [],
      );
      const promised = inside.reduce((sum, i) => sum + p[i]!, 0);
      gap += Math.abs(promised - inside.filter((i) => wrong[i]).length);
    }
    assert.ok(gap / p.length < 0.03, `${gap / p.length}`);
  }
});

test('the probability never rises with the score and stays within 0 and 1, whatever the scores', () => {
  const score = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.array(score), fc.array(score), fc.array(score), (observed, random, asked) => {
      const { mismatch, wrongShare } = runToCompletion(
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
  const plain = runToCompletion(calibrate(scores, injected));
  const moved = runToCompletion(
    calibrate(
      scores.map((s) => 3 * s - 7),
      injected.map((s) => 3 * s - 7),
    ),
  );
  for (const s of scores) assert.ok(Math.abs(plain.mismatch(s) - moved.mismatch(3 * s - 7)) < 1e-6);
});

test('where right captions score like wrong ones the share stays at the prior, however many there are', () => {
  for (const n of [20, 120, 410, 2000]) {
    for (const ahead of [0, 0.2, 0.4]) {
      const random = seeded(n);
      const scores = Float64Array.from({ length: n }, () => ahead + gaussian(random));
      const wrong = Float64Array.from({ length: 6000 }, () => gaussian(random));
      const found = runToCompletion(calibrate(scores, wrong));
      assert.ok(found.separability < 0.7);
      assert.ok(found.wrongShare < 0.06, `${n} captions, ${ahead} ahead: ${found.wrongShare}`);
      assert.ok(found.range.high > 0.08, 'the range says how little is known');
      const sure = [...scores].filter((score) => found.mismatch(score) >= 0.5);
      assert.equal(sure.length, 0, `${n} captions, ${ahead} ahead`);
    }
  }
});

test('how far right and wrong captions can be told apart is measured, and carefully where they are few', () => {
  const random = seeded(4);
  const wrong = Float64Array.from({ length: 5000 }, () => gaussian(random));
  const right = (n: number): Float64Array =>
    Float64Array.from({ length: n }, () => 2 + gaussian(random));
  const many = runToCompletion(calibrate(right(2000), wrong));
  // Two normal curves two spreads apart: P(x > y) = Phi(sqrt 2).
  assert.ok(Math.abs(many.separability - 0.921) < 0.015, `${many.separability}`);
  assert.equal(many.trust, 1);
  assert.ok(runToCompletion(calibrate(right(3), wrong)).trust < 1);
  assert.equal(runToCompletion(calibrate(new Float64Array(), wrong)).trust, 0);
});

test('near misses are found to be wrong where captions look like them, more than from random ones alone', () => {
  const random = seeded(6);
  const near = Float64Array.from({ length: 4000 }, () => 1 + gaussian(random));
  const wrong = Float64Array.from({ length: 4000 }, () => gaussian(random));
  const scores = Float64Array.from({ length: 1000 }, (_, i) =>
    i < 300 ? 1 + gaussian(random) : 3.2 + 0.7 * skewed(random),
  );
  const knowing = runToCompletion(calibrate(scores, wrong, near)).wrongShare;
  const ignorant = runToCompletion(calibrate(scores, wrong)).wrongShare;
  assert.ok(Math.abs(knowing - 0.3) < Math.abs(ignorant - 0.3), `${knowing}, ${ignorant}`);
});

test('two wrong captions among forty are found where right ones score far above them, and nothing without them', () => {
  const random = seeded(11);
  const wrong = Float64Array.from({ length: 4000 }, () => gaussian(random));
  const right = Float64Array.from({ length: 38 }, () => 5.5 + 0.6 * skewed(random));
  const { mismatch } = runToCompletion(calibrate(Float64Array.of(-0.3, 0.2, ...right), wrong));
  assert.ok(mismatch(-0.3) > 0.7 && mismatch(0.2) > 0.7, `${mismatch(-0.3)}, ${mismatch(0.2)}`);
  assert.ok(Math.max(...right.map(mismatch)) < 0.02);
  const clean = runToCompletion(calibrate(right, wrong));
  assert.ok(clean.wrongShare < 0.01, `${clean.wrongShare}`);
});

describe('vague captions and wrong ones', () => {
  const normals = (n: number, seed: number): Float64Array => {
    const random = seeded(seed);
    return Float64Array.from({ length: n }, () => gaussian(random));
  };
  /** Half of the captions score as random ones do; their images have rivals of this score. */
  const halfLow = (best: number) => {
    const own = Float64Array.from([
      ...normals(150, 2),
      ...normals(150, 3).map((value) => 3 + 0.8 * value),
    ]);
    const noise = normals(300, 4);
    const rivals = {
      pairs: Int32Array.from(own.keys()),
      own,
      best: own.map((score, i) => (score < 0.7 ? best : 2.4) + 0.4 * noise[i]!),
    };
    return runToCompletion(calibrate(own, normals(3000, 1), new Float64Array(), rivals));
  };

  test('captions whose images have nothing better are vague, not wrong', () => {
    assert.ok(halfLow(2.4).wrongShare < 0.2, `${halfLow(2.4).wrongShare}`);
  });

  test('captions whose images have better ones elsewhere are wrong', () => {
    const { wrongShare } = halfLow(3.2);
    assert.ok(wrongShare > 0.38 && wrongShare < 0.55, `${wrongShare}`);
  });

  /** Forty of a thousand captions score between random ones and the others; their images have rivals of this score. */
  const fewLow = (best: number) => {
    const own = Float64Array.from([
      ...normals(40, 5).map((value) => 0.5 + 0.6 * value),
      ...normals(960, 6).map((value) => 3.9 + 0.7 * value),
    ]);
    const noise = normals(1000, 7);
    const rivals = {
      pairs: Int32Array.from(own.keys()),
      own,
      best: own.map((_, i) => (i < 40 ? best : 3.2) + 0.45 * noise[i]!),
    };
    const { mismatch } = runToCompletion(
      calibrate(own, normals(3000, 1), new Float64Array(), rivals),
    );
    return own.subarray(0, 40).reduce((sum, score) => sum + mismatch(score), 0) / 40;
  };

  test('a few captions that the encoders do not understand are not called wrong, and as many wrong ones are', () => {
    assert.ok(fewLow(3.2) < 0.4, `${fewLow(3.2)}`);
    assert.ok(fewLow(4) > 0.8, `${fewLow(4)}`);
  });
});

test('verified captions are examples of right ones: others with their scores are doubted less', () => {
  const random = seeded(9);
  const wrong = Float64Array.from({ length: 3000 }, () => gaussian(random));
  const low = Float64Array.from({ length: 12 }, (_, i) => -0.5 + i / 12);
  const observed = Float64Array.from([
    ...low,
    ...Array.from({ length: 150 }, () => 3 + 0.8 * gaussian(random)),
  ]);
  const none = new Float64Array();
  const verified = { ifWrong: 0.05, scores: low.subarray(0, 8), observed: true };
  const before = runToCompletion(calibrate(observed, wrong));
  const after = runToCompletion(calibrate(observed, wrong, none, undefined, [verified]));
  assert.ok(after.mismatch(0) < before.mismatch(0));
  assert.ok(after.wrongShare < before.wrongShare);
});

test('one answer moves little among thousands, and does not turn a small set around', () => {
  const random = seeded(12);
  const wrong = Float64Array.from({ length: 3000 }, () => gaussian(random));
  const right = (n: number): Float64Array =>
    Float64Array.from({ length: n }, () => 3 + 0.8 * skewed(random));
  for (const [n, most] of [
    [3000, 0.03],
    [60, 0.35],
  ] as const) {
    const observed = Float64Array.from([...right(n), ...wrong.subarray(0, 0.08 * n)]);
    const before = runToCompletion(calibrate(observed, wrong));
    for (const ifWrong of [0.05, 0.75, 0.95]) {
      const said = [{ ifWrong, scores: wrong.subarray(0, 1), observed: ifWrong < 0.5 }];
      const after = runToCompletion(calibrate(observed, wrong, undefined, undefined, said));
      for (const score of observed) {
        const moved = Math.abs(after.mismatch(score) - before.mismatch(score));
        assert.ok(moved < most, `${n}, ${ifWrong}: ${before.mismatch(score)} by ${moved}`);
      }
    }
  }
});

test('answers on wrong captions raise the share where right ones score alike', () => {
  const { scores, wrong } = mixture(400, 0.3, 21);
  const labelled = scores.filter((_, i) => wrong[i]).sort();
  const said = [{ ifWrong: 0.95, scores: labelled.subarray(0, 40), observed: true }];
  const before = runToCompletion(calibrate(scores, injected));
  const after = runToCompletion(calibrate(scores, injected, undefined, undefined, said));
  assert.ok(after.wrongShare >= before.wrongShare - 1e-3);
  assert.ok(Math.abs(after.wrongShare - 0.3) < 0.04, `${after.wrongShare}`);
});

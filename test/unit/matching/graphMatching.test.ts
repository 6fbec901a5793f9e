import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  gsmn,
  type GraphWeights,
  graphScores,
  type GsmnInput,
  type GsmnWeights,
  matchingVectors,
  polarEdges,
  wordEdges,
} from '../../../src/core/matching/graphMatching.ts';
import { type Matrix, matrix, row } from '../../../src/core/matching/matrix.ts';
import { gatheredRows } from '../../../src/core/matching/scoreBlocks.ts';
import { closeTo } from '../../support/closeTo.ts';
import { gaussian, randomRows, seeded } from '../../support/randomVectors.ts';

const BLOCKS = 4;

function weights(seed: number): GsmnWeights {
  const random = seeded(seed);
  const filled = (rows: number, columns: number): Matrix =>
    matrix(
      rows,
      columns,
      new Float32Array(rows * columns).map(() => gaussian(random)),
    );
  const graph = (): GraphWeights => ({
    kernels: [filled(3, BLOCKS), filled(3, BLOCKS)],
    hidden: filled(6, 6),
    hiddenBias: filled(1, 6).data,
    output: filled(1, 6),
    outputBias: gaussian(random),
  });
  const kernel = (): GsmnWeights['polar'][number] => ({
    distance: { mean: random(), deviation: 0.2 + random() },
    angle: { mean: 6 * (random() - 0.5), deviation: 0.5 + random() },
  });
  return { text: graph(), image: graph(), polar: [kernel(), kernel()] };
}

function input(regions: number, words: number, seed = 3): GsmnInput {
  const random = seeded(seed);
  return {
    regions: randomRows(regions, 8, random),
    words: randomRows(words, 8, random),
    centres: matrix(
      regions,
      2,
      new Float32Array(2 * regions).map(() => random()),
    ),
  };
}

/** The intended form of the paper, written out with plain arrays. */
function oracle({ regions, words, centres }: GsmnInput, w: GsmnWeights, lambda: number): number {
  const rows = (m: Matrix): number[][] => Array.from({ length: m.rows }, (_, i) => [...row(m, i)]);
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((s, v, c) => s + v * b[c]!, 0);
  const share = (values: number[]): number[] => {
    const exps = values.map((v) => Math.exp(v - Math.max(...values)));
    const total = exps.reduce((a, b) => a + b, 0);
    return exps.map((v) => v / total);
  };
  const vectors = (x: number[][], y: number[][]): number[][] => {
    const raw = y.map((b) => x.map((a) => dot(a, b)).map((e) => (e > 0 ? e : 0.1 * e)));
    const e = raw.map((line) => line.map((v) => v / (Math.hypot(...line) + 1e-8)));
    return x.map((a, q) => {
      const attention = share(y.map((_, k) => lambda * e[k]![q]!));
      const c = a.map((_, d) => y.reduce((s, b, k) => s + attention[k]! * b[d]!, 0));
      return Array.from({ length: BLOCKS }, (_, b) => {
        const [left, right] = [a.slice(2 * b, 2 * b + 2), c.slice(2 * b, 2 * b + 2)];
        return dot(left, right) / (Math.hypot(...left) * Math.hypot(...right));
      });
    });
  };
  const graph = (x: number[][], edges: number[][][], g: GraphWeights): number => {
    const scores = x.map((_, l) => {
      const heard = g.kernels.flatMap((kernel, k) => {
        const mean = Array.from({ length: BLOCKS }, (_u, b) =>
          edges[k]![l]!.reduce((s, u, other) => s + u * x[other]![b]!, 0),
        );
        return rows(kernel).map((line) => dot(line, mean));
      });
      const hidden = rows(g.hidden).map((line, h) =>
        Math.tanh(dot(line, heard) + g.hiddenBias[h]!),
      );
      return dot(rows(g.output)[0]!, hidden) + g.outputBias;
    });
    return scores.reduce((a, b) => a + b, 0) / scores.length;
  };
  const [r, t] = [rows(regions), rows(words)];
  const among = t.map((a) => share(t.map((b) => lambda * dot(a, b))));
  const polar = w.polar.map(({ distance, angle }) =>
    r.map((_, k) => {
      const bells = r.map((_u, o) => {
        const [x, y] = [0, 1].map((c) => centres.data[2 * k + c]! - centres.data[2 * o + c]!) as [
          number,
          number,
        ];
        const turn = Math.abs(Math.atan2(y, x) - angle.mean);
        const theta = Math.min(turn, Math.abs(2 * Math.PI - turn));
        return (
          Math.exp(
            (-0.5 * (Math.hypot(x, y) - distance.mean) ** 2) / (1e-14 + distance.deviation ** 2),
          ) * Math.exp((-0.5 * theta ** 2) / (1e-14 + angle.deviation ** 2))
        );
      });
      const total = bells.reduce((a, b) => a + b, 0);
      return bells.map((v) => v / total);
    }),
  );
  return graph(vectors(t, r), [among, among], w.text) + graph(vectors(r, t), polar, w.image);
}

const OPTIONS = { blocks: BLOCKS, lambda: 5 };

describe('GSMN', () => {
  test('equals the intended form written out, for several sizes', () => {
    for (const [n, l] of [
      [1, 1],
      [4, 3],
      [9, 6],
      [2, 12],
    ] as const) {
      for (const seed of [1, 2, 3]) {
        const given = input(n, l, seed);
        const w = weights(seed);
        closeTo([gsmn(given, w, OPTIONS).score], [oracle(given, w, 5)], 1e-5);
      }
    }
  });

  test('a node hears its neighbours: the released code, which repeats the node itself, would not tell these apart', () => {
    const { text } = weights(4);
    const x = randomRows(2, BLOCKS, seeded(1));
    const half = matrix(2, 2, Float32Array.of(0.5, 0.5, 0.5, 0.5));
    const alone = matrix(2, 2, Float32Array.of(1, 0, 0, 1));
    const shared = graphScores(x, [half, half], text);
    const apart = graphScores(x, [alone, alone], text);
    closeTo([shared[0]!], [shared[1]!], 1e-9);
    assert.ok(Math.abs(apart[0]! - apart[1]!) > 1e-3);
  });

  test('with dependencies only linked words hear each other, whichever way the link was written', () => {
    const words = randomRows(3, 8, seeded(5));
    const edges = wordEdges(words, 5, matrix(3, 3, Float32Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0)));
    assert.equal(edges.data[2], 0);
    assert.ok(edges.data[1]! > 0 && edges.data[3]! > 0);
    closeTo(row(edges, 2), [0, 0, 1], 1e-6);
    for (let l = 0; l < 3; l++) closeTo([row(edges, l).reduce((a, b) => a + b, 0)], [1], 1e-6);
  });

  test('a far narrow kernel still spreads all its weight', () => {
    const kernel = { distance: { mean: 90, deviation: 0.01 }, angle: { mean: 0, deviation: 0.01 } };
    const edges = polarEdges(input(5, 1).centres, kernel);
    for (let k = 0; k < 5; k++) closeTo([row(edges, k).reduce((a, b) => a + b, 0)], [1], 1e-6);
  });

  test('support is high for the word a region answers and low for the one none does', () => {
    const random = seeded(6);
    const regions = randomRows(6, 8, random);
    const words = gatheredRows(regions, [2, 4]);
    for (let c = 0; c < 8; c++)
      words.data[8 + c] = -regions.data
        .slice(0, 48)
        .reduce((s, v, at) => (at % 8 === c ? s + v : s), 0);
    const { wordSupport } = gsmn({ ...input(6, 2), regions, words }, weights(1), {
      ...OPTIONS,
      lambda: 20,
    });
    assert.ok(wordSupport[0]! > 0.9);
    assert.ok(wordSupport[1]! < wordSupport[0]! - 0.5);
  });

  test('the order of words and regions does not matter, scaled features are the same in every block', () => {
    const given = input(5, 4);
    const w = weights(7);
    const plain = gsmn(given, w, OPTIONS);
    const turned = gsmn(
      {
        regions: gatheredRows(given.regions, [3, 1, 4, 0, 2]),
        centres: gatheredRows(given.centres, [3, 1, 4, 0, 2]),
        words: gatheredRows(given.words, [2, 3, 1, 0]),
      },
      w,
      OPTIONS,
    );
    closeTo([turned.score], [plain.score], 1e-5);
    closeTo(
      turned.wordSupport,
      [2, 3, 1, 0].map((l) => plain.wordSupport[l]!),
      1e-5,
    );
    const scaled = matrix(
      4,
      8,
      given.words.data.map((value) => 3 * value),
    );
    closeTo(
      matchingVectors(scaled, given.words, BLOCKS).data,
      matchingVectors(given.words, given.words, BLOCKS).data,
      1e-6,
    );
  });

  test('without words or regions there is no score; blocks that do not fit are refused', () => {
    const given = input(3, 2);
    assert.ok(Number.isNaN(gsmn({ ...given, words: matrix(0, 8) }, weights(1), OPTIONS).score));
    const none = { ...given, regions: matrix(0, 8), centres: matrix(0, 2) };
    assert.ok(Number.isNaN(gsmn(none, weights(1), OPTIONS).score));
    assert.throws(() => gsmn(given, weights(1), { blocks: 3 }), /3 blocks do not divide 8/);
  });
});

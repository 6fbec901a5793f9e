import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { hnswIndex } from '../../src/adapters/hnswIndex.ts';
import { matrix } from '../../src/core/matching/matrix.ts';
import type { Log } from '../../src/core/ports.ts';
import { exactIndex } from '../../src/core/retrieval/exactIndex.ts';

const ignore = (): void => undefined;
const SILENT: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function randomUnitRows(rows: number, columns: number): ReturnType<typeof matrix> {
  let state = 7;
  const result = matrix(rows, columns);
  for (let r = 0; r < rows; r++) {
    const view = result.data.subarray(r * columns, (r + 1) * columns);
    for (let c = 0; c < columns; c++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      view[c] = state / 2 ** 31 - 1;
    }
    const norm = Math.hypot(...view);
    for (let c = 0; c < columns; c++) view[c] = (view[c] ?? 0) / norm;
  }
  return result;
}

describe('the approximate index', () => {
  test('it finds at least 95 % of the ten nearest that the exact search finds, with the same similarities', async () => {
    const items = randomUnitRows(2000, 32);
    const approximate = await hnswIndex(items, SILENT);
    const exact = exactIndex(items);
    let hits = 0;
    for (let q = 0; q < 50; q++) {
      const query = randomUnitRows(50, 32).data.slice(q * 32, (q + 1) * 32);
      const found = approximate.search(query, 10);
      const truth = exact.search(query, 10);
      hits += [...found.indices].filter((item) => truth.indices.includes(item)).length;
      if (found.indices[0] === truth.indices[0]) {
        assert.ok(Math.abs(found.similarities[0]! - truth.similarities[0]!) < 1e-5);
      }
    }
    assert.ok(hits >= 475, `${hits} of 500`);
  });

  test('without hnswlib-node one sentence says what is missing, and the search is exact', () => {
    // A process of its own, in which the native package cannot be found.
    const script = `
      import Module from 'node:module';
      const load = Module._load;
      Module._load = (request, ...rest) => {
        if (/hnswlib|addon/.test(request)) throw new Error('hidden by the test');
        return load(request, ...rest);
      };
      Module._extensions['.node'] = () => { throw new Error('hidden by the test'); };
      const { hnswIndex } = await import('./src/adapters/hnswIndex.ts');
      const said = [];
      const log = { info: (message) => said.push(message) };
      const data = Float32Array.from([1, 0, 0, 1, 0.6, 0.8]);
      const index = await hnswIndex({ rows: 3, columns: 2, data }, log);
      const { indices } = index.search(Float32Array.from([0, 1]), 2);
      console.log(JSON.stringify({ said, indices: [...indices] }));
    `;
    const run = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', script],
      { encoding: 'utf8' },
    );
    assert.equal(run.status, 0, run.stderr);
    const { said, indices } = JSON.parse(run.stdout) as { said: string[]; indices: number[] };
    assert.equal(said.length, 1);
    assert.match(said[0]!, /hnswlib-node is not available.*exact\.$/);
    assert.deepEqual(indices, [1, 2]);
  });
});

import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { plainRowProducts, type RowProducts } from '../../../src/core/matching/innerProducts.ts';
import { type Matrix, matrix, row } from '../../../src/core/matching/matrix.ts';
import { openRoom, VectorArena } from '../../../src/core/matching/simd/vectorArena.ts';
import { randomRows, seeded } from '../../support/randomVectors.ts';
import { runs } from '../../support/runs.ts';

/** Matrices of these lengths are large enough for an arena. */
function pair(columns: number): { readonly a: Matrix; readonly b: Matrix } {
  const rows = Math.ceil(150_000 / columns);
  return { a: randomRows(rows, columns, seeded(1)), b: randomRows(rows + 3, columns, seeded(2)) };
}

/** Copies of matrices in a room of their own. */
function inRoom<T extends Readonly<Record<string, Matrix>>>(
  matrices: T,
): { readonly matrices: T; readonly products: RowProducts } {
  const entries = Object.entries<Matrix>(matrices);
  const room = openRoom(entries.map(([, { rows, columns }]) => [rows, columns]));
  const copies = entries.map(([name, { rows, columns, data }]) => {
    const copy = room.matrix(rows, columns);
    copy.data.set(data);
    return [name, copy];
  });
  return { matrices: Object.fromEntries(copies) as T, products: room.products };
}

describe('matrices in an arena', () => {
  test('have the products of plain JavaScript, whatever the length of their rows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(), fc.nat(), (columns, i, j) => {
        const { matrices, products } = inRoom(pair(columns));
        assert.ok(products instanceof VectorArena);
        const { a, b } = matrices;
        const [r, s] = [i % a.rows, j % b.rows];
        const expected = plainRowProducts.between(a, b)(r, s);
        const close = 1e-5 * Math.sqrt(columns);
        assert.ok(Math.abs(products.between(a, b)(r, s) - expected) < close);
        const all = products.withAll(a, r, b);
        assert.equal(all.length, b.rows);
        // One product is the same alone and among all, in either order: rankings do not depend on the way there.
        assert.equal(all[s], Math.fround(products.between(b, a)(s, r)));
      }),
      { numRuns: runs(10) },
    );
  });

  test('keep their values, and results survive the next question', () => {
    const { a, b } = pair(64);
    const { matrices, products } = inRoom({ a, b });
    assert.deepEqual(matrices.a.data, a.data);
    assert.deepEqual(matrices.b.data, b.data);
    const first = products.withAll(matrices.a, 0, matrices.b);
    const copy = first.slice();
    products.withAll(matrices.a, 1, matrices.b);
    assert.deepEqual(first, copy);
  });

  test('are multiplied with matrices from elsewhere as well', () => {
    const { a, b } = pair(64);
    const { matrices, products } = inRoom({ a });
    assert.deepEqual(products.withAll(matrices.a, 5, b), plainRowProducts.withAll(a, 5, b));
    assert.equal(products.between(matrices.a, b)(5, 6), plainRowProducts.between(a, b)(5, 6));
  });

  test('get their spare rows without a copy, and no more than they have', () => {
    const room = openRoom([
      [900, 300],
      [500, 300],
    ]);
    const a = room.matrix(890, 300, 10);
    const b = room.matrix(500, 300);
    a.data.fill(1);
    b.data.fill(2);
    const longer = room.lengthened(a, 10);
    assert.ok(longer);
    assert.equal(longer.rows, 900);
    row(longer, 899).fill(3);
    a.data[0] = 4;
    assert.equal(longer.data[0], 4);
    assert.ok(b.data.every((value) => value === 2));
    assert.equal(room.products.between(longer, b)(899, 0), 3 * 2 * 300);
    assert.equal(room.lengthened(a, 11), undefined);
    assert.equal(room.lengthened(b, 1), undefined);
    assert.equal(room.lengthened(matrix(3, 300), 0), undefined);
  });

  test('too few and too many values stay where they are', () => {
    const small = { a: randomRows(10, 8, seeded(1)) };
    assert.deepEqual(inRoom(small), {
      matrices: small,
      products: plainRowProducts,
    });
    assert.equal(VectorArena.open([[3_000_000, 384]]), undefined);
    assert.equal(VectorArena.open([]), undefined);
  });
});

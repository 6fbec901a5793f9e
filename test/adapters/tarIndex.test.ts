import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { indexTar } from '../../src/adapters/tarIndex.ts';
import type { OpenFile } from '../../src/core/ports.ts';
import { tarOf, type TarStyle } from '../support/tarWriter.ts';
import { runs } from '../support/runs.ts';

function opened(bytes: Uint8Array): OpenFile {
  return {
    bytes: bytes.length,
    modified: 0,
    read: (start, length) => Promise.resolve(bytes.subarray(start, start + length)),
    close: () => Promise.resolve(),
  };
}

const part = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  .filter((text) => !/[\0/]/.test(text) && text !== '.' && text !== '..');
const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
const members = fc.uniqueArray(fc.record({ name, bytes: fc.uint8Array({ maxLength: 1500 }) }), {
  selector: (member) => member.name,
  maxLength: 12,
});
const style = fc.constantFrom<TarStyle>('pax', 'gnu');

test('members of a tar are found with their bytes, whatever their names and lengths', async () => {
  await fc.assert(
    fc.asyncProperty(members, style, async (written, how) => {
      const tar = tarOf(written, how);
      const { members: found, flaw } = await indexTar(opened(tar));
      assert.equal(flaw, undefined);
      assert.deepEqual(
        [...found.keys()],
        written.map((member) => member.name),
      );
      for (const { name: of, bytes } of written) {
        const { start, bytes: length } = found.get(of)!;
        assert.deepEqual(tar.subarray(start, start + length), Buffer.from(bytes));
      }
    }),
    { numRuns: runs(300) },
  );
});

test('a tar that is cut off anywhere yields the members before the cut, and says what is missing', async () => {
  await fc.assert(
    fc.asyncProperty(members, style, fc.nat(), async (written, how, at) => {
      const tar = tarOf(written, how);
      const cut = tar.subarray(0, at % tar.length);
      const whole = await indexTar(opened(tar));
      const { members: found, flaw } = await indexTar(opened(cut));
      const complete = [...whole.members].filter(
        ([, { start, bytes }]) => start + bytes <= cut.length,
      );
      assert.deepEqual([...found], complete);
      const isMarked = cut.length > tar.length - 1024;
      assert.equal(flaw === undefined, isMarked);
    }),
    { numRuns: runs(300) },
  );
});

test('arbitrary changes of the bytes of a tar never make it fail', async () => {
  await fc.assert(
    fc.asyncProperty(members, fc.nat(), fc.nat({ max: 255 }), async (written, at, byte) => {
      const tar = Uint8Array.from(tarOf(written));
      tar[at % tar.length] = byte;
      const { members: found } = await indexTar(opened(tar));
      for (const { start, bytes } of found.values()) assert.ok(start + bytes <= tar.length);
    }),
    { numRuns: runs(300) },
  );
});

test('a damaged header ends the index, with its place', async () => {
  const tar = Uint8Array.from(
    tarOf([
      { name: 'a.jpg', bytes: 'a' },
      { name: 'b.jpg', bytes: 'b' },
    ]),
  );
  tar[1024 + 130] = 0x41;
  const { members: found, flaw } = await indexTar(opened(tar));
  assert.deepEqual([...found.keys()], ['a.jpg']);
  assert.deepEqual(flaw, { kind: 'damaged', offset: 1024 });
});

test('names that lead out of the archive are left out, and ./ is nothing', async () => {
  const tar = tarOf([
    { name: './a.jpg', bytes: 'a' },
    { name: '../b.jpg', bytes: 'b' },
    { name: '/c/./d.jpg', bytes: 'd' },
    { name: 'folder/', bytes: '' },
  ]);
  const { members: found } = await indexTar(opened(tar));
  assert.deepEqual([...found.keys()], ['a.jpg', 'c/d.jpg']);
});

test('the first of two members of one name counts, and the name is told', async () => {
  const tar = tarOf([
    { name: 'a.jpg', bytes: 'first' },
    { name: 'a.jpg', bytes: 'second' },
  ]);
  const { members: found, repeated } = await indexTar(opened(tar));
  assert.equal(repeated, 'a.jpg');
  assert.equal(found.get('a.jpg')?.bytes, 5);
});

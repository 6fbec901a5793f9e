import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PairLensError } from '../../src/core/errors.ts';
import { MAX_IMAGE_BYTES, withImageBytes } from '../../src/engine/indexing/imageFiles.ts';

/** Files of one size that are not there: only how many are held at a time counts. */
function files(bytes: number) {
  const held = { reads: 0 };
  return {
    held,
    stat: () => Promise.resolve({ kind: 'file' as const, bytes, modified: 0 }),
    read: () => {
      held.reads++;
      return Promise.resolve(new Uint8Array());
    },
  };
}

test('a file above the limit is refused with its size and the limit, before it is read', async () => {
  const large = files(1900 * 2 ** 20);
  await assert.rejects(
    withImageBytes(large, { path: '/set/a.jpg' }, () => Promise.resolve()),
    (error) => {
      assert.ok(PairLensError.is(error, 'image-too-large'));
      assert.match(error.message, /1900 MB.*256 MB/);
      assert.ok(error.remedy);
      return true;
    },
  );
  assert.equal(large.held.reads, 0);
});

test('files held at a time never exceed the budget', async () => {
  const set = files(MAX_IMAGE_BYTES / 4);
  let now = 0;
  let most = 0;
  const use = async (): Promise<void> => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
  };
  await Promise.all(
    Array.from({ length: 16 }, (_, i) => withImageBytes(set, { path: `/set/${i}.jpg` }, use)),
  );
  assert.equal(set.held.reads, 16);
  assert.equal(most, 4);
});

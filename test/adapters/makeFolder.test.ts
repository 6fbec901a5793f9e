import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFolder } from '../../src/adapters/makeFolder.ts';

test('a folder that cannot be made below one that exists is an error, not an endless loop', (t) => {
  if (process.platform !== 'linux') {
    t.skip('/proc is Linux’s');
    return;
  }
  assert.throws(() => makeFolder('/proc/pairlens/deeper'), { code: 'ENOENT' });
});

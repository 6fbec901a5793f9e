import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ASSEMBLED_FILE, assembled } from '../../scripts/assemble.mts';

test('the WebAssembly that ships is what its text says', async () => {
  const shipped = await readFile(ASSEMBLED_FILE, 'utf8');
  assert.equal(shipped, await assembled(), 'Run: node --import tsx scripts/assemble.mts');
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { PROTOCOL_PAGE, protocolPage } from '../../scripts/protocolPage.mts';

test('the page of the protocol is what its schemas say', async () => {
  const page = await readFile(PROTOCOL_PAGE, 'utf8');
  const isCurrent = page === (await protocolPage());
  assert.ok(
    isCurrent,
    'Run: node --import tsx scripts/protocolPage.mts, and look at the difference',
  );
});

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pairlens, startPairlens, temporaryFolder } from '../support/commandLine.ts';
import { writeGoodPairs } from '../support/photos.ts';

describe('Ctrl-C', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    folder = await temporaryFolder();
    await mkdir(path.join(folder.path, 'set'));
    await writeGoodPairs(path.join(folder.path, 'set'), 150);
  });
  after(() => folder.remove());

  test('at any moment it ends the run with status 130, and the next run finishes', async () => {
    const args = ['audit', path.join(folder.path, 'set'), '--format', 'json', '--fail-on', 'never'];
    const env = { PAIRLENS_CACHE: path.join(folder.path, 'cache') };
    for (const delay of [400, 900, 1600]) {
      const { child, outcome } = startPairlens(args, { env });
      const timer = setTimeout(() => child.kill('SIGINT'), delay);
      const { status, stdout, stderr } = await outcome;
      clearTimeout(timer);
      // A machine fast enough to be done by then has shown that nothing was broken.
      if (status === 0) continue;
      assert.ok(status === 130 || (status === null && child.signalCode === 'SIGINT'), stderr);
      assert.equal(stdout, '');
      assert.doesNotMatch(stderr, /\n\s+at /);
    }
    const { status, stdout } = await pairlens(args, { env });
    assert.equal(status, 0);
    assert.match(stdout, /"pairs": 150/);
  });
});

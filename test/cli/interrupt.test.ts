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
  const args = (): readonly string[] => {
    const set = path.join(folder.path, 'set');
    return ['audit', set, '--format', 'json', '--fail-on', 'never'];
  };
  const env = (): NodeJS.ProcessEnv => ({ PAIRLENS_CACHE: path.join(folder.path, 'cache') });

  // What the program says at the end of a phase; the next phase, in which the signal comes, is all still to be done.
  for (const phase of ['Reading captions', 'Encoding images', 'Encoding captions']) {
    test(`after "${phase}" it ends the run with status 130 and no output`, async () => {
      const { child, outcome } = startPairlens(args(), { env: env() });
      let said = '';
      child.stderr?.on('data', (text: string) => {
        if (said.includes(phase)) return;
        said += text;
        if (said.includes(phase)) child.kill('SIGINT');
      });
      const { status, stdout, stderr } = await outcome;
      assert.equal(status, 130, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, /Ctrl-C again stops at once/);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }

  test('the next run finishes', async () => {
    const { status, stdout } = await pairlens(args(), { env: env() });
    assert.equal(status, 0);
    assert.match(stdout, /"pairs": 150/);
  });
});

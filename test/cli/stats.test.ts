import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { PairStatistics } from '../../src/core/query/pairStatistics.ts';
import type { Reliability } from '../../src/engine/audit/measureReliability.ts';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';

const TOUR = path.resolve(import.meta.dirname, '../../samples/tour');

describe('pairlens stats', () => {
  test('--json: each query selects with `pairlens list` as many pairs as it says', async () => {
    const { status, stdout } = await pairlens(['--quiet', 'stats', TOUR, '--json']);
    assert.equal(status, 0);
    const { version, rules, folders, tokens, ...rest } = JSON.parse(stdout) as PairStatistics & {
      version: number;
    };
    assert.equal(version, 1);
    assert.equal(rest.untagged, 2);
    const one = tokens.find(({ pairs }) => pairs > 1);
    const animals = folders.shown.find(({ folder }) => folder === 'animals');
    const chosen = [rules[0], one].flatMap((bar) => (bar === undefined ? [] : [bar]));
    assert.equal(chosen.length, 2);
    for (const { query, pairs } of chosen) {
      const listed = await pairlens(['--quiet', 'list', TOUR, query, '--json']);
      assert.equal(listed.stdout.trim().split('\n').length, pairs, query);
    }
    assert.ok((animals?.found ?? 0) > 0 && (animals?.pairs ?? 0) > (animals?.found ?? 0));
  });

  test('for reading: numbers with bars, by match, rule, folder, length, tokens and word', async () => {
    const { status, stdout } = await pairlens(['--quiet', 'stats', TOUR]);
    assert.equal(status, 0);
    assert.match(stdout, /^48 captions, 2 images without a caption, \d+ pairs with findings\n/u);
    assert.match(stdout, /^ {2}0\.95-1\.00 +\d+ {2}#+$/mu);
    assert.match(stdout, /^ {2}caption-mismatch +\d+ {2}#+$/mu);
    assert.match(stdout, /^ {2}animals +\d+ of 14 {2}#+$/mu);
    assert.match(stdout, /^Captions by CLIP tokens$/mu);
    assert.match(stdout, /^ {2}and \d+ more$/mu);
  });

  test('--calibration: exchanged captions have a low match, the rest a high one; unknown for a few pairs', async () => {
    const { status, stdout } = await pairlens([
      ...['--quiet', 'stats', TOUR, '--calibration', '--json'],
    ]);
    assert.equal(status, 0);
    const { calibration } = JSON.parse(stdout) as { calibration: Reliability };
    if ('why' in calibration) assert.fail(calibration.why);
    // A fifth of the images, twice.
    assert.equal(calibration.exchanged, 18);
    assert.ok(calibration.unknown >= 3, 'the mistakes of the sample may be wrong or right');
    const [low, high] = [calibration.bins[0], calibration.bins.at(-1)];
    assert.ok((low?.right ?? 1) < 0.2 && (high?.right ?? 0) > 0.9);
    assert.ok((low?.high ?? 0) > 0.25, 'what is not known is in the interval');
    const temporary = await temporaryFolder();
    try {
      await cp(path.join(TOUR, 'fig.jpg'), path.join(temporary.path, 'fig.jpg'));
      await writeFile(path.join(temporary.path, 'fig.txt'), 'a fig');
      const few = await pairlens(['--quiet', 'stats', temporary.path, '--calibration']);
      assert.equal(few.status, 0);
      assert.match(few.stdout, /cannot be known here: there are too few pairs/u);
    } finally {
      await temporary.remove();
    }
  });

  test('a folder that is not there is refused', async () => {
    const { status, stderr } = await pairlens(['stats', '/nowhere/at/all']);
    assert.equal(status, 2);
    assert.match(stderr, /does not exist/u);
  });
});

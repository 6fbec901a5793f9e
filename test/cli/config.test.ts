import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AuditReport } from '../../src/core/export/auditReport.ts';
import { pairlens, temporaryFolder, type Outcome } from '../support/commandLine.ts';
import { writeGoodPairs } from '../support/photos.ts';

describe('the config file on the command line', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let set = '';
  before(async () => {
    place = await temporaryFolder();
    set = path.join(place.path, 'set');
    await mkdir(set);
    await writeGoodPairs(set, 4);
    await writeFile(path.join(set, 'broken.jpg'), 'no picture');
    await writeFile(path.join(set, 'broken.txt'), 'a caption');
  });
  after(() => place.remove());

  async function audit(config: unknown, ...args: string[]): Promise<Outcome> {
    await writeFile(path.join(set, 'pairlens.config.json'), JSON.stringify(config));
    const cache = path.join(place.path, 'cache');
    return pairlens(['audit', set, '--format', 'json', '--cache', cache, ...args]);
  }

  test('sets rules and the level that fails; options override it', async () => {
    assert.equal((await audit({})).status, 1);
    assert.equal((await audit({ failOn: 'never' })).status, 0);
    assert.equal((await audit({ failOn: 'never' }, '--fail-on', 'error')).status, 1);
    const off = await audit({ rules: { 'unreadable-image': 'off' } });
    assert.equal(off.status, 0, off.stdout);
    const rule = ['--rule', 'unreadable-image=on'];
    const on = await audit({ rules: { 'unreadable-image': 'off' } }, ...rule);
    assert.equal(on.status, 1);
    const report = JSON.parse(on.stdout) as AuditReport;
    assert.equal(report.summary.findings['unreadable-image'], 1);
  });

  test('that is not right is status 2 with file, key and what is allowed', async () => {
    const { status, stdout, stderr } = await audit({ failOn: 'bad' });
    assert.equal(status, 2);
    assert.equal(stdout, '');
    const said = stderr.replace(/\s+/g, ' ');
    assert.match(said, /pairlens\.config\.json sets "failOn" to "bad"/);
    assert.match(said, /"error", "warning", "info", "hint", "never"/);
  });

  test('a folder below may fail at a level of its own', async () => {
    const below = path.join(set, 'below');
    await mkdir(below);
    await writeFile(path.join(below, 'also.jpg'), 'no picture');
    await writeFile(path.join(below, 'also.txt'), 'a caption');
    await writeFile(path.join(below, 'pairlens.config.json'), '{"failOn":"never"}');
    const off = { rules: { 'unreadable-image': 'off' } };
    const { status, stdout } = await audit(off);
    assert.equal(status, 0, stdout);
    const found = (JSON.parse(stdout) as AuditReport).findings.map(({ file }) => file);
    assert.ok(found.includes('below/also.txt') || found.includes('below/also.jpg'), stdout);
  });
});

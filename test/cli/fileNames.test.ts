import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';
import { fileBytes } from '../support/fileBytes.ts';
import { tourPhotos } from '../support/tourPhotos.ts';

/** A caption as a file name: without a full stop, and short enough. */
const nameOf = (caption: string): string => caption.replaceAll(/[^\w\s-]/gu, '').slice(0, 120);

describe('captions in the names of images', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let dir: string;

  before(async () => {
    folder = await temporaryFolder();
    dir = path.join(folder.path, 'set');
    await mkdir(dir);
    const photos = await tourPhotos();
    const captions = photos.map(({ caption }) => caption);
    // Two captions are exchanged, so that there is something to fix.
    const [first = '', second = '', ...others] = captions;
    const exchanged = [second, first, ...others];
    for (const [i, { jpeg }] of photos.entries()) {
      await writeFile(path.join(dir, `${nameOf(exchanged[i] ?? '')}_0000${i}.jpg`), jpeg);
    }
  });
  after(() => folder.remove());

  test('are judged, and the remedy is to rename the file', async () => {
    const { stdout } = await pairlens(['audit', dir, '--format', 'json']);
    const { findings } = JSON.parse(stdout) as { findings: Record<string, unknown>[] };
    const wrong = findings.filter(({ code }) => /swapped|mismatch/u.test(String(code)));
    assert.ok(wrong.length > 0, stdout);
    for (const { remedy, region } of wrong) {
      assert.equal(remedy, 'Rename the file to change its caption.');
      assert.equal(region, undefined);
    }
  });

  test('no command that changes captions changes a byte of a file or a name', async () => {
    const old = await fileBytes(dir, { but: '.pairlens' });
    for (const change of [
      ['fix', dir],
      ['fix', dir, '--rule', 'captions-swapped'],
      ['fix', dir, '--rule', 'caption-mismatch', '--suggestions', 'first'],
      ['tags', dir, '--add', 'sks'],
      ['tags', dir, '--remove', 'a'],
      ['tags', dir, '--sort', 'name'],
    ]) {
      const { status, stderr } = await pairlens([...change, '--write']);
      assert.equal(status, 0, `${change.join(' ')}: ${stderr}`);
      assert.deepEqual(await fileBytes(dir, { but: '.pairlens' }), old, change.join(' '));
    }
    const { stderr } = await pairlens(['tags', dir, '--add', 'sks']);
    assert.match(stderr, /12 captions in names of files: rename the files to change them/u);
  });

  test('pairs that are taken out keep their bytes and names, and come back', async () => {
    const old = await fileBytes(dir, { but: '.pairlens' });
    const all = Object.values(old).sort();
    const moved = await pairlens(['move', dir, 'rocket', '--to', '.excluded', '--write']);
    assert.equal(moved.status, 0, moved.stderr);
    const now = await fileBytes(dir, { but: '.pairlens' });
    assert.notDeepEqual(now, old);
    assert.deepEqual(Object.values(now).sort(), all);
    await pairlens(['fix', dir, '--undo']);
    assert.deepEqual(await fileBytes(dir, { but: '.pairlens' }), old);
  });
});

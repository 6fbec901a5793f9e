import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AuditReport } from '../../src/core/export/auditReport.ts';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';
import { REPORTED_FOLDERS } from '../support/reportedFolders.ts';
import type { Files } from '../support/reportedSet.ts';
import { REPORTED_TABLES } from '../support/reportedTables.ts';
import { type TourPhoto, tourPhotos } from '../support/tourPhotos.ts';

/* Small sets made after public reports of people who prepare captions, and others of each kind, through the whole program. */

async function write(folder: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    if (typeof content === 'object' && 'link' in content) await symlink(content.link, file);
    else await writeFile(file, content);
  }
}

describe('sets after public reports', { concurrency: 2 }, () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let photos: readonly TourPhoto[];
  before(async () => {
    place = await temporaryFolder();
    photos = await tourPhotos();
  });
  after(() => place.remove());

  const sets = [...REPORTED_TABLES, ...REPORTED_FOLDERS];
  for (const { title, files, pairs, found = [], needsLinks } of sets) {
    const skip =
      needsLinks === true && process.platform === 'win32' && 'links need a right on Windows';
    test(title, { skip }, async () => {
      const folder = path.join(place.path, title.replace(/\W+/g, ' '));
      await write(folder, await files(photos));
      const { status, stdout, stderr } = await pairlens([
        ...['audit', folder, '--format', 'json', '--fail-on', 'never'],
        ...['--cache', path.join(place.path, 'cache')],
      ]);
      assert.equal(status, 0, stderr);
      const { summary, findings } = JSON.parse(stdout) as AuditReport;
      assert.deepEqual(findings.map(({ code, file }) => `${code} ${file}`).sort(), found);
      assert.equal(summary.pairs, pairs ?? photos.length);
    });
  }
});

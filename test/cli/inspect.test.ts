import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';

const inventory = z.object({
  version: z.literal(1),
  datasets: z.array(
    z.object({
      folder: z.string(),
      formats: z.array(z.object({ format: z.string(), files: z.number() })),
      pairs: z.number(),
    }),
  ),
  unread: z.array(
    z.object({
      files: z.array(z.string()),
      count: z.number(),
      what: z.string(),
      mayCaption: z.number(),
    }),
  ),
});

describe('pairlens inspect', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    place = await temporaryFolder();
    await mkdir(path.join(place.path, 'set'));
    for (const name of ['a', 'b', 'c'])
      await writeFile(path.join(place.path, 'set', `${name}.jpg`), 'x');
    await writeFile(
      path.join(place.path, 'set/table.csv'),
      'img_file,left,right\na.jpg,a brown dog,two brown dogs\nb.jpg,a grey cat,two grey cats\n',
    );
  });
  after(() => place.remove());

  test('names what was not read where there is no dataset, and an audit names it too', async () => {
    const folder = path.join(place.path, 'set');
    const { status, stdout } = await pairlens(['inspect', folder]);
    assert.equal(status, 0);
    // Lines are as long as the terminal is wide.
    const said = stdout.replace(/\s+/g, ' ');
    assert.match(said, /No dataset was found\./);
    assert.match(
      said,
      /table\.csv a table with the columns img_file, left, right: which is the caption, "left", "right"\?/,
    );
    const audit = await pairlens(['audit', folder, '--cache', path.join(place.path, 'cache')]);
    assert.equal(audit.status, 2);
    assert.equal(audit.stdout, '');
    assert.match(audit.stderr, /table\.csv: a table with the columns img_file, left, right/);
  });

  test('prints JSON for programs', async () => {
    await writeFile(path.join(place.path, 'set/d.jpg'), 'x');
    await writeFile(path.join(place.path, 'set/d.txt'), 'a dog');
    const { status, stdout } = await pairlens(['inspect', place.path, '--json']);
    assert.equal(status, 0);
    const { datasets, unread } = inventory.parse(JSON.parse(stdout));
    assert.deepEqual(datasets, [
      { folder: '', formats: [{ format: 'sidecar', files: 1 }], pairs: 1 },
    ]);
    assert.deepEqual(
      unread.map(({ files, count, mayCaption }) => [files, count, mayCaption]),
      [[['set/table.csv'], 1, 3]],
    );
  });
});

import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { readConfigText } from '../../src/core/settings/configText.ts';
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

  test('names the line of the config file that settles a question, and with it the file is read', async () => {
    const folder = path.join(place.path, 'set');
    const { stdout } = await pairlens(['inspect', folder]);
    const line = /"columns": .*/.exec(stdout)?.[0];
    assert.equal(line, '"columns": {"table.csv": {"image": "img_file", "caption": "left"}}');
    const config = path.join(folder, 'pairlens.config.json');
    await writeFile(config, `{${line}}`);
    const read = await pairlens(['inspect', folder]);
    assert.match(read.stdout, /2 pairs/);
    assert.doesNotMatch(read.stdout, /settled/);
    await rm(config);
  });

  test('init shows the same and writes a config file, never over another', async () => {
    const folder = path.join(place.path, 'set');
    const config = path.join(folder, 'pairlens.config.json');
    const first = await pairlens(['init', folder]);
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /which column is the caption/);
    assert.deepEqual(readConfigText(await readFile(config, 'utf8')).flaws, []);
    await writeFile(config, '{"failOn":"error"}');
    const second = await pairlens(['init', folder]);
    assert.equal(second.status, 2);
    assert.match(second.stderr, /already there/);
    assert.equal(await readFile(config, 'utf8'), '{"failOn":"error"}');
    await rm(config);
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

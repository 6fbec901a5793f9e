import assert from 'node:assert/strict';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pairlens, temporaryFolder } from '../support/commandLine.ts';
import { TOUR } from '../support/product.ts';

describe('the encoder of the config file', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    folder = await temporaryFolder();
    for (const name of ['fig.jpg', 'fig.txt']) {
      await copyFile(path.join(TOUR, name), path.join(folder.path, name));
    }
    const config = JSON.stringify({ encoder: { path: 'no-such-encoder' } });
    await writeFile(path.join(folder.path, 'pairlens.config.json'), config);
  });
  after(() => folder.remove());

  const commands: Readonly<Record<string, (dir: string) => readonly string[]>> = {
    audit: (dir) => ['audit', dir],
    fit: (dir) => ['fit', dir],
    fix: (dir) => ['fix', dir],
    move: (dir) => ['move', dir, 'fig', '--to', '.away'],
    list: (dir) => ['list', dir, 'match<0.5'],
    search: (dir) => ['search', dir, 'a fruit'],
    embed: (dir) => ['embed', dir, '--out', path.join(dir, '.embedded')],
    eval: (dir) => ['eval', dir],
  };
  for (const [name, args] of Object.entries(commands)) {
    test(`is used by ${name}`, async () => {
      const { status, stderr } = await pairlens(args(folder.path));
      assert.equal(status, 2);
      assert.match(stderr, /The encoder .*no-such-encoder is no folder that can be read/u);
    });
  }
});

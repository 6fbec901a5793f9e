import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { nodeFiles } from '../../src/adapters/nodeFiles.ts';
import { temporaryFolder } from '../support/commandLine.ts';

test('a change of a file that an editor saves meanwhile begins again with what was saved', async (t) => {
  const folder = await temporaryFolder();
  t.after(() => folder.remove());
  const file = path.join(folder.path, 'a.txt');
  await writeFile(file, 'old');
  const seen: string[] = [];
  await nodeFiles.update(file, folder.path, (before) => {
    seen.push(String(before));
    if (seen.length === 1) writeFileSync(file, 'saved');
    return Buffer.from(`${String(before)}, changed`);
  });
  assert.deepEqual(seen, ['old', 'saved']);
  assert.equal(await readFile(file, 'utf8'), 'saved, changed');
  assert.deepEqual(await readdir(folder.path), ['a.txt']);
});

test('a file that is saved all the time is left to those who save it', async (t) => {
  const folder = await temporaryFolder();
  t.after(() => folder.remove());
  const file = path.join(folder.path, 'a.txt');
  await writeFile(file, '0');
  let saves = 0;
  const update = nodeFiles.update(file, folder.path, (before) => {
    writeFileSync(file, String(++saves));
    return Buffer.from(`${String(before)}, changed`);
  });
  await assert.rejects(update, /is being changed by another program/u);
  assert.equal(await readFile(file, 'utf8'), String(saves));
});

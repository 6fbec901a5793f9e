import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../support/product.ts';

const FOLDER = path.join(ROOT, 'docs/adr');

test('every decision record has a number of its own, which its heading says', async () => {
  const files = (await readdir(FOLDER)).sort();
  const numbers = files.map((file) => Number(/^(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1]));
  assert.deepEqual(
    numbers,
    files.map((_, n) => n + 1),
    files.join(' '),
  );
  for (const [n, file] of files.entries()) {
    const [heading] = (await readFile(path.join(FOLDER, file), 'utf8')).split('\n', 1);
    assert.match(heading ?? '', new RegExp(`^# ${n + 1}\\. `), file);
  }
});

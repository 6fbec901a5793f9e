import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { fileBytes } from '../support/fileBytes.ts';
import { TOUR } from '../support/product.ts';
import { Explorer } from './pages/explorer.ts';
import type { Workbench } from './pages/workbench.ts';
import { Session } from './session.ts';

const NAMES = ['creek', 'dahlia', 'espresso', 'fig', 'pillow', 'windmill'] as const;

/** Photos with captions, masks and latents beside them, and a folder whose captions are in a table. */
async function fill(folder: string): Promise<void> {
  await mkdir(path.join(folder, 'masks'));
  await mkdir(path.join(folder, 'table'));
  const rows: string[] = [];
  for (const name of NAMES) {
    const photo = path.join(TOUR, `${name}.jpg`);
    const text = (await readFile(path.join(TOUR, `${name}.txt`), 'utf8')).trim();
    await copyFile(photo, path.join(folder, `${name}.jpg`));
    await writeFile(path.join(folder, `${name}.txt`), `${text}\r\n`);
    await copyFile(photo, path.join(folder, 'masks', `${name}.jpg`));
    await copyFile(photo, path.join(folder, 'table', `t_${name}.jpg`));
    rows.push(JSON.stringify({ file_name: `t_${name}.jpg`, note: [1, 'ä'], text }));
  }
  await writeFile(path.join(folder, 'fig_0512x0512_sdxl.npz'), 'latents');
  await writeFile(path.join(folder, 'table/metadata.jsonl'), `\uFEFF${rows.join('\r\n')}`);
}

/** Every file below a folder with its bytes. */
const same = (a: Record<string, string>, b: Record<string, string>): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

describe('images that are renamed and deleted in the Explorer', () => {
  let session: Session;
  let folder: string;
  let window: Workbench;
  let explorer: Explorer;
  let start: Record<string, string>;
  before(async () => {
    session = await Session.start({ name: 'pairFiles' });
    folder = await session.ide.workspace();
    await fill(folder);
    start = await fileBytes(folder);
    window = await session.open(folder);
    explorer = new Explorer(window.page);
  });
  after(() => session.stop());
  const step = (title: string, body: () => Promise<void>): void => {
    test(title, () => session.check(title, body));
  };
  const becomes = (wanted: Record<string, string>, what: string): Promise<unknown> =>
    eventually(async () => same(await fileBytes(folder), wanted), what);
  const renamed = (from: RegExp, to: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(start)
        .map(([file, bytes]) => [file.replace(from, to), bytes] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  const undoneWith = async (name: string): Promise<void> => {
    await explorer.undo(name);
    // VS Code asks before it undoes what concerns several files.
    const yes = window.dialogButton(/^(Undo|Yes|Undo in \d+ Files)/);
    await eventually(async () => {
      if (await yes.first().isVisible()) await yes.first().click();
      return same(await fileBytes(folder), start);
    }, 'every byte is as it was');
  };

  step(
    'a renamed photo takes its caption, mask and latents along; one undo brings all back',
    async () => {
      await window.auditEnded();
      await explorer.rename('fig.jpg', 'fruit.jpg');
      const ok = window.dialogButton('OK');
      await ok.waitFor();
      await session.screenshot(window, 'rename-asks');
      await ok.click();
      await becomes(
        renamed(/(^|\/)fig(?=[._])/, '$1fruit'),
        'caption, mask and latents are renamed',
      );
      await undoneWith('fruit.jpg');
    },
  );

  step(
    'a photo that a table names keeps its row; undo restores the table byte for byte',
    async () => {
      await explorer.row('table').click();
      await explorer.rename('t_creek.jpg', 'brook.jpg');
      await window.dialogButton('OK').click();
      const table = path.join(folder, 'table/metadata.jsonl');
      const before = await readFile(table, 'utf8');
      await eventually(
        async () => (await readFile(table, 'utf8')) === before.replace('t_creek.jpg', 'brook.jpg'),
        'the row names the photo',
      );
      await undoneWith('brook.jpg');
    },
  );

  step('a name that is taken is told, and nothing is replaced', async () => {
    await writeFile(path.join(folder, 'taken.txt'), 'a note');
    await explorer.row('taken.txt').waitFor();
    await explorer.rename('dahlia.jpg', 'taken.jpg');
    await window.dialogButton('OK').click();
    await window.notification(/there is a file taken\.txt already/).waitFor();
    await eventually(async () => {
      const files = Object.keys(await fileBytes(folder));
      return files.includes('taken.jpg') && files.includes('masks/taken.jpg');
    }, 'the photo and its mask are renamed');
    assert.equal(await readFile(path.join(folder, 'taken.txt'), 'utf8'), 'a note');
    assert.ok((await fileBytes(folder))['dahlia.txt']);
  });

  step('a deleted photo takes its caption and mask along; one undo brings all back', async () => {
    start = await fileBytes(folder);
    await explorer.delete('pillow.jpg');
    // The wastebasket is VS Code's question; that the caption goes, too, is ours.
    await eventually(async () => {
      const button = window.dialogButton(/^(Delete|Move to Trash|OK)/).first();
      if (await button.isVisible()) await button.click();
      return !Object.keys(await fileBytes(folder)).some((file) => /(^|\/)pillow\./.test(file));
    }, 'photo, caption and mask are gone');
    await undoneWith('windmill.jpg');
  });
});

import assert from 'node:assert/strict';
import { rmSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually } from '../../support/eventually.ts';
import { activated, folder, onDisk, uriOf, waitForCode } from '../hostTools.ts';

const FILE = 'solar_panel.txt';
const RIGHT = 'a solar panel on a roof';

async function open(relativePath: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(uriOf(relativePath));
  await vscode.window.showTextDocument(document);
  return document;
}

async function write(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  const all = new vscode.Range(0, 0, document.lineCount, 0);
  edit.replace(document.uri, document.validateRange(all), text);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

async function quickFix(relativePath: string, title: RegExp): Promise<void> {
  const actions = await eventually(
    async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        uriOf(relativePath),
        new vscode.Range(0, 0, 0, 1),
      );
      return found.some((action) => title.test(action.title)) && found;
    },
    `a quick fix ${String(title)}`,
  );
  const action = actions.find((candidate) => title.test(candidate.title));
  assert.ok(action?.edit, 'the fix is an edit');
  assert.ok(await vscode.workspace.applyEdit(action.edit));
}

/** On a copy of the sample dataset. */
export function define(): void {
  describe('files that change under the editor', () => {
    before(async () => {
      await activated();
      await waitForCode(FILE, 'caption-mismatch');
    });

    it('a caption file written by another program is judged anew', async () => {
      writeFileSync(path.join(folder(), 'creek.txt'), '');
      await waitForCode('creek.txt', 'empty-caption');
      writeFileSync(path.join(folder(), 'creek.txt'), 'a creek between rocks');
      await waitForCode('creek.txt', 'empty-caption', false);
    });

    it('one that is open and dirty keeps the text of the editor, and is judged by it', async () => {
      const document = await open(FILE);
      await write(document, RIGHT);
      await waitForCode(FILE, 'caption-mismatch', false);
      writeFileSync(path.join(folder(), FILE), 'children build a castle of sand on the beach');
      // The other program's second file shows when the first has been noticed.
      writeFileSync(path.join(folder(), 'creek.txt'), '');
      await waitForCode('creek.txt', 'empty-caption');
      assert.equal(document.getText(), RIGHT);
      assert.ok(document.isDirty);
      await waitForCode(FILE, 'caption-mismatch', false);
      assert.match(onDisk(FILE), /castle/);
    });

    it('a fix of another file does not touch what is dirty', async () => {
      await quickFix('animals/koala.txt', /^Use “/);
      assert.match(onDisk(FILE), /castle/);
      const document = await open(FILE);
      assert.equal(document.getText(), RIGHT);
    });

    it('a deleted caption is missing, a renamed pair is found again', async () => {
      rmSync(path.join(folder(), 'pillow.txt'));
      await waitForCode('pillow.jpg', 'missing-caption');
      renameSync(path.join(folder(), 'hammer.webp'), path.join(folder(), 'tool.webp'));
      await waitForCode('hammer.txt', 'missing-image');
      renameSync(path.join(folder(), 'hammer.txt'), path.join(folder(), 'tool.txt'));
      await waitForCode('hammer.txt', 'missing-image', false);
    });

    it('a swap changes both captions in one step, and no file on disk', async () => {
      const before = [onDisk('drum_kit.txt'), onDisk('honey_bee.txt')];
      await waitForCode('drum_kit.txt', 'captions-swapped');
      await quickFix('drum_kit.txt', /^Swap with/);
      const bee = await open('honey_bee.txt');
      const drums = await open('drum_kit.txt');
      assert.deepEqual([drums.getText(), bee.getText()].map(trim), [...before].reverse().map(trim));
      assert.deepEqual([onDisk('drum_kit.txt'), onDisk('honey_bee.txt')], before);
      await waitForCode('drum_kit.txt', 'captions-swapped', false);
    });
  });
}

function trim(text: string): string {
  return text.trim();
}

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

/** Takes the preferred quick fix at the start of a file, as the editor's own command does; asks until there is one. */
async function quickFix(relativePath: string): Promise<void> {
  const document = await open(relativePath);
  const before = document.getText();
  const changed = (): boolean => document.getText() !== before;
  await eventually(async () => {
    await vscode.commands.executeCommand('editor.action.codeAction', {
      kind: 'quickfix',
      apply: 'first',
      preferred: true,
    });
    // The command ends before its edit is made: asked for again too soon, a swap would be swapped back.
    return eventually(changed, 'the text changes', 5000).catch(() => false);
  }, `a quick fix changes ${relativePath}`);
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

    it('a deleted caption is missing, a renamed pair is found again', async () => {
      rmSync(path.join(folder(), 'pillow.txt'));
      await waitForCode('pillow.jpg', 'missing-caption');
      renameSync(path.join(folder(), 'hammer.webp'), path.join(folder(), 'tool.webp'));
      await waitForCode('hammer.txt', 'missing-image');
      renameSync(path.join(folder(), 'hammer.txt'), path.join(folder(), 'tool.txt'));
      await waitForCode('hammer.txt', 'missing-image', false);
    });

    it('a swap changes both captions in one edit, saves both, and touches nothing that is dirty', async () => {
      // By default VS Code itself saves what an edit of several files has changed.
      const files = vscode.workspace.getConfiguration('files.refactoring');
      await files.update('autoSave', false, vscode.ConfigurationTarget.Workspace);
      const swapped = [onDisk('honey_bee.txt'), onDisk('drum_kit.txt')];
      await waitForCode('drum_kit.txt', 'captions-swapped');
      await quickFix('drum_kit.txt');
      const texts = (): string[] => [onDisk('drum_kit.txt'), onDisk('honey_bee.txt')];
      await eventually(
        () => texts().map(trim).join('\n') === swapped.map(trim).join('\n'),
        'both are on disk',
      );
      await waitForCode('drum_kit.txt', 'captions-swapped', false);
      assert.match(onDisk(FILE), /castle/);
      assert.equal((await open(FILE)).getText(), RIGHT);
    });
  });
}

function trim(text: string): string {
  return text.trim();
}

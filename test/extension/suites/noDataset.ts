import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually } from '../../support/eventually.ts';
import { TOUR } from '../../support/product.ts';
import { extension, folder, servers, waitForCode } from '../hostTools.ts';

/** On a folder that holds source files and no image. */
export function define(): void {
  describe('a folder that is no dataset', () => {
    before(async () => {
      // VS Code activates this one last of all (onStartupFinished): what was to be activated at the start has been.
      const last = vscode.extensions.getExtension('vscode.merge-conflict');
      assert.ok(last);
      await eventually(() => last.isActive, 'the window has started');
    });

    it('does not activate the extension, and starts no server', () => {
      assert.equal(extension().isActive, false);
      assert.deepEqual(servers(), []);
    });

    it('does not do so for an ordinary text file either', async () => {
      await vscode.window.showTextDocument(
        await vscode.workspace.openTextDocument(path.join(folder(), 'notes.txt')),
      );
      assert.equal(extension().isActive, false);
    });

    it('finds a dataset that appears later, when it is asked to', async () => {
      mkdirSync(path.join(folder(), 'photos'));
      for (const name of ['dahlia.jpg', 'dahlia.txt', 'creek.jpg']) {
        copyFileSync(path.join(TOUR, name), path.join(folder(), 'photos', name));
      }
      writeFileSync(path.join(folder(), 'photos/creek.txt'), '');
      await vscode.commands.executeCommand('pairlens.audit');
      await waitForCode('photos/creek.txt', 'empty-caption');
    });
  });
}

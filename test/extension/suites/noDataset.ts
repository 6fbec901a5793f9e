import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { TOUR } from '../../support/product.ts';
import { activated, folder, servers, waitForCode } from '../hostTools.ts';

/** On a folder that holds source files and no image. */
export function define(): void {
  describe('a folder that is no dataset', () => {
    before(async () => {
      await activated();
      // The extension looks for captions as it starts; the same look, asked for afterwards, ends after it.
      await vscode.workspace.findFiles('**/*.{txt,caption,jsonl}');
      await vscode.workspace.findFiles('**/*.{jpg,png}');
    });

    it('starts no server', () => {
      assert.deepEqual(servers(), []);
    });

    it('starts none for an ordinary text file either', async () => {
      await vscode.window.showTextDocument(
        await vscode.workspace.openTextDocument(path.join(folder(), 'notes.txt')),
      );
      await vscode.workspace.findFiles('**/*.txt');
      assert.deepEqual(servers(), []);
    });

    it('finds a dataset that appears later, by itself', async () => {
      mkdirSync(path.join(folder(), 'photos'));
      for (const name of ['dahlia.jpg', 'dahlia.txt', 'creek.jpg', 'creek.txt']) {
        copyFileSync(path.join(TOUR, name), path.join(folder(), 'photos', name));
      }
      writeFileSync(path.join(folder(), 'photos/creek.txt'), '');
      await waitForCode('photos/creek.txt', 'empty-caption');
    });
  });
}

import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { TOUR } from '../../support/product.ts';
import { activated, folder, servers, waitForCode } from '../hostTools.ts';

/** On a folder that holds an image and a text that is no caption of it. */
export function define(): void {
  describe('a folder that becomes a dataset', () => {
    before(async () => {
      await activated();
      // The extension looks for captions as it starts; the same look, asked for afterwards, ends after it.
      await vscode.workspace.findFiles('**/*.{jpg,png}');
      await vscode.workspace.findFiles('**/*.{txt,caption,jsonl}');
    });

    it('has no server while it holds images only', () => {
      assert.deepEqual(servers(), []);
    });

    it('is noticed by itself when the first captions appear', async () => {
      copyFileSync(path.join(TOUR, 'dahlia.txt'), path.join(folder(), 'dahlia.txt'));
      copyFileSync(path.join(TOUR, 'creek.jpg'), path.join(folder(), 'creek.jpg'));
      writeFileSync(path.join(folder(), 'creek.txt'), '');
      await waitForCode('creek.txt', 'empty-caption');
    });
  });
}

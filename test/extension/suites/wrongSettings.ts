import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { activated, codes, waitForCode } from '../hostTools.ts';

/** On a dataset whose `.vscode/settings.json` holds values of wrong types. */
export function define(): void {
  describe('settings of the wrong type', () => {
    before(activated);

    it('are read as their defaults: problems are shown', async () => {
      assert.equal(vscode.workspace.getConfiguration('pairlens').get('maxProblems'), 'many');
      await waitForCode('solar_panel.txt', 'caption-mismatch');
    });

    it('leave the rest in force: a level that is right still counts', () => {
      assert.ok(!codes().includes('hard-negative'));
    });

    it('count as soon as they are mended', async () => {
      const settings = vscode.workspace.getConfiguration('pairlens');
      await settings.update('levels', { 'caption-mismatch': 'off' });
      await waitForCode('solar_panel.txt', 'caption-mismatch', false);
    });
  });
}

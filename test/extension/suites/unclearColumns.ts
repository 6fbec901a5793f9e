import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually } from '../../support/eventually.ts';
import { activated, folder, onDisk, servers, uriOf, waitForCode } from '../hostTools.ts';

const CONFIG = 'pairlens.config.json';

/** On a folder with a table whose caption column is unclear: the likely one has a row without a caption. */
export function define(): void {
  describe('a table whose caption column is unclear', () => {
    before(activated);

    it('wakes the server, which reads nothing of it', async () => {
      await eventually(() => servers().length === 1, 'the server runs');
      assert.deepEqual(vscode.languages.getDiagnostics(uriOf('table.csv')), []);
    });

    it('is asked about once; the answer is kept in the config file, and the table is read', async () => {
      let asking: Thenable<unknown> | undefined;
      await eventually(async () => {
        // Says that nothing is to be settled as long as the folder was not read.
        asking ??= vscode.commands
          .executeCommand('pairlens.settle')
          .then(() => (asking = undefined));
        // Does nothing until the question is shown.
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        return existsSync(path.join(folder(), CONFIG)) && onDisk(CONFIG) !== '';
      }, 'the config file is written');
      assert.deepEqual(JSON.parse(onDisk(CONFIG)), {
        columns: { 'table.csv': { image: 'pic', caption: 'left' } },
      });
      await waitForCode('table.csv', 'empty-caption');
    });

    it('is read otherwise when the config file changes, and what is not right in it is a problem', async () => {
      const columns = { 'table.csv': { image: 'pic', caption: 'right' } };
      writeFileSync(path.join(folder(), CONFIG), JSON.stringify({ columns, trainr: 'none' }));
      await waitForCode('table.csv', 'empty-caption', false);
      await waitForCode(CONFIG, 'invalid-config');
    });

    it('the view of the dataset can be shown', async () => {
      await vscode.commands.executeCommand('pairlens.showInventory');
    });
  });
}

import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { INTERNAL_COMMANDS } from '../../../src/extension/commandIds.ts';
import { CLIENT_COMMANDS } from '../../../src/protocol/commands.ts';
import { loadedAddons } from '../../support/processTree.ts';
import {
  activated,
  codes,
  declaredCommands,
  extension,
  servers,
  waitForCode,
} from '../hostTools.ts';
import { eventually } from '../../support/eventually.ts';
import { recordFigure } from '../runMocha.ts';

/** Commands that VS Code itself makes for every view, such as `pairlens.findings.focus`. */
const OF_VIEWS =
  /\.(focus|open|resetViewLocation|removeView|toggleVisibility|resetViewContainerLocation)$/;

/** On a copy of the sample dataset. */
export function define(): void {
  describe('a folder with a dataset', () => {
    before(activated);

    it('declares every command that it registers', async () => {
      const registered = (await vscode.commands.getCommands(true)).filter(
        (command) => command.startsWith('pairlens.') && !OF_VIEWS.test(command),
      );
      const declared = declaredCommands();
      const linked = Object.values(CLIENT_COMMANDS).map(({ command }) => command);
      const internal = new Set<string>([...INTERNAL_COMMANDS, ...linked]);
      assert.deepEqual(
        registered.filter(
          (command) =>
            !declared.includes(command) &&
            !internal.has(command) &&
            !command.startsWith('pairlens.server.'),
        ),
        [],
      );
    });

    it('registers every command that it declares', async () => {
      const registered = new Set(await vscode.commands.getCommands(true));
      const declared = declaredCommands();
      assert.ok(declared.length >= 7);
      assert.deepEqual(
        declared.filter((command) => !registered.has(command)),
        [],
      );
    });

    it('shows problems of the dataset', async () => {
      await waitForCode('solar_panel.txt', 'caption-mismatch');
      // They come file by file.
      await eventually(() => codes().length >= 12, 'all are there');
    });

    it('runs its language server in a process of its own', () => {
      assert.equal(servers().length, 1);
    });

    it('loads no native code into the extension host', () => {
      // The server maps addons, so the look itself is known to see them.
      const [server] = servers();
      assert.ok(server);
      assert.notDeepEqual(loadedAddons(server.pid), []);
      const here = loadedAddons(process.pid);
      recordFigure('native addons in the extension host', here.join(', ') || 'none');
      assert.deepEqual(
        here.filter((file) => file.startsWith(extension().extensionPath)),
        [],
      );
      const report = process.report.getReport() as unknown as { sharedObjects: string[] };
      assert.deepEqual(
        report.sharedObjects.filter((file) => /onnxruntime|sharp|libvips|hnswlib/.test(file)),
        [],
      );
    });
  });
}

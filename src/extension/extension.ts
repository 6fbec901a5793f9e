import * as vscode from 'vscode';
import { registerCommands } from './commands.ts';
import { registerDatasetItem } from './datasetItem.ts';
import { registerCaptionEditors } from './captionEditors.ts';
import { DatasetDetector } from './datasetDetector.ts';
import { Actions } from './actions.ts';
import { EditorPage } from './editorPage.ts';
import { registerFileDecorations } from './fileDecorations.ts';
import { FindingsModel } from './findingsModel.ts';
import { registerFindingsTree } from './findingsTree.ts';
import { KeptNumbers } from './encoderNumbers.ts';
import { InventoryModel } from './inventoryModel.ts';
import { registerInventoryTree } from './inventoryTree.ts';
import { registerMemberFiles } from './memberFiles.ts';
import { NeighboursView } from './neighboursView.ts';
import { ServerClient } from './serverClient.ts';
import { registerStatusBar } from './statusBar.ts';
import { registerTokenItem } from './tokenItem.ts';
import { WebviewPages } from './webviewPages.ts';

/**
 * Registers commands and views. The language server starts when a folder looks like a dataset or a command needs it.
 * This process loads no native code.
 */
export function activate(context: vscode.ExtensionContext): void {
  const own = <T extends vscode.Disposable>(disposable: T): T => {
    context.subscriptions.push(disposable);
    return disposable;
  };
  const log = own(vscode.window.createOutputChannel('PairLens', { log: true }));
  const client = own(new ServerClient(context, log));
  const findings = own(new FindingsModel(client));
  const inventory = own(new InventoryModel(client));
  const actions = new Actions(client);
  const pages = new WebviewPages(context.extensionUri, client, actions, log);
  const neighbours = own(new NeighboursView(pages));
  const review = own(new EditorPage(pages, { page: 'review', title: vscode.l10n.t('Review') }));
  const browse = own(
    new EditorPage(pages, { page: 'browse', title: vscode.l10n.t('Browse Dataset') }),
  );
  const statistics = own(
    new EditorPage(pages, { page: 'statistics', title: vscode.l10n.t('Dataset Statistics') }),
  );
  const map = own(new EditorPage(pages, { page: 'map', title: vscode.l10n.t('Dataset Map') }));
  pages.onBrowse = (query, first) => browse.show({ event: 'showQuery', query, first });
  pages.onFollow = (pair) => neighbours.follow(pair);
  const tree = own(registerFindingsTree(findings, client));
  own(registerFileDecorations(findings));
  own(registerMemberFiles(client));
  own(registerStatusBar(client));
  own(registerDatasetItem(inventory));
  own(registerTokenItem(client));
  own(registerCaptionEditors(client));
  own(registerInventoryTree(inventory));
  const encoderNumbers = new KeptNumbers(context.workspaceState);
  const shown = { neighbours, review, browse, statistics, map, tree, inventory };
  own(registerCommands({ context, client, actions, log, encoderNumbers, ...shown }));
  own(new DatasetDetector(() => void client.start(), log));
}

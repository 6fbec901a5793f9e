import * as vscode from 'vscode';
import type { InventoryItem } from '../protocol/inventoryShapes.ts';
import type { CommandId } from './commandIds.ts';
import type { InventoryModel } from './inventoryModel.ts';

/** The item *Dataset* of the status bar: what is read here; hidden while nothing is known. */
export function registerDatasetItem(model: InventoryModel): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(
    'pairlens.dataset',
    vscode.StatusBarAlignment.Left,
    -1,
  );
  item.name = vscode.l10n.t('PairLens: Dataset');
  item.command = 'pairlens.showInventory' satisfies CommandId;
  const follow = model.onChange((folders) => {
    const text = textOf(folders);
    if (text === undefined) {
      item.hide();
      return;
    }
    item.text = `$(database) ${text}`;
    item.tooltip = tooltipOf(folders);
    item.show();
  });
  return vscode.Disposable.from(item, follow);
}

/** Format, pairs and root of the only dataset; the number of several; what was not read if there is none. */
function textOf(folders: readonly InventoryItem[]): string | undefined {
  const { l10n } = vscode;
  const datasets = folders.flatMap((folder) =>
    folder.datasets.map((dataset) => ({ ...dataset, name: dataset.root || folder.name })),
  );
  const unread = folders.flatMap((folder) => folder.unread).filter((entry) => !entry.leftAlone);
  const questions = folders.flatMap((folder) => folder.questions).length;
  const pairs = datasets.reduce((sum, dataset) => sum + dataset.pairs, 0);
  const [only, ...others] = datasets;
  if (questions > 0) {
    return questions === 1
      ? l10n.t('1 choice to be settled')
      : l10n.t('{0} choices to be settled', String(questions));
  }
  if (only === undefined) {
    const files = unread.reduce((sum, entry) => sum + entry.count, 0);
    if (files === 0) return undefined;
    return files === 1 ? l10n.t('1 file not read') : l10n.t('{0} files not read', String(files));
  }
  if (others.length > 0) {
    return l10n.t('{0} datasets, {1} pairs', String(datasets.length), String(pairs));
  }
  const format = only.formats.map(({ id }) => id).join(', ');
  return l10n.t('{0}: {1} pairs, {2}', only.name, String(pairs), format);
}

/** The datasets and what was not read, as plain text: names of files are no Markdown. */
function tooltipOf(folders: readonly InventoryItem[]): string {
  const { l10n } = vscode;
  const lines = folders.flatMap(({ name, datasets, unread, questions }) => [
    ...datasets.map(({ root, pairs, formats }) => {
      const format = formats.map(({ id }) => id).join(', ');
      return l10n.t('{0}: {1} pairs, {2}', root || name, String(pairs), format);
    }),
    ...unread.map(({ files, what }) => l10n.t('not read: {0}, {1}', files[0] ?? '', what)),
    ...questions.map(({ file }) => l10n.t('to be settled: {0}', file)),
  ]);
  const most = 12;
  const shown = lines.slice(0, most);
  return [...shown, ...(lines.length > most ? ['…'] : [])].join('\n');
}

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

/** What is to be settled, else the dataset, or the number of several, and how many files were not read. */
function textOf(folders: readonly InventoryItem[]): string | undefined {
  const { l10n } = vscode;
  const questions = folders.flatMap((folder) => folder.questions).length;
  if (questions > 0) {
    return questions === 1
      ? l10n.t('1 choice to be settled')
      : l10n.t('{0} choices to be settled', String(questions));
  }
  const unread = folders
    .flatMap((folder) => folder.unread)
    .filter((entry) => !entry.leftAlone)
    .reduce((sum, { count }) => sum + count, 0);
  const parts = [
    ...readText(folders),
    ...(unread === 0
      ? []
      : [unread === 1 ? l10n.t('1 file not read') : l10n.t('{0} files not read', String(unread))]),
  ];
  return parts.length === 0 ? undefined : parts.join(' · ');
}

/** Root, pairs and format of the only dataset; the number of several. */
function readText(folders: readonly InventoryItem[]): string[] {
  const datasets = folders.flatMap(({ name, datasets }) =>
    datasets.map((dataset) => ({ name: dataset.root || name, dataset })),
  );
  const [only, ...others] = datasets;
  if (only === undefined) return [];
  if (others.length === 0) return [datasetText(only.name, only.dataset)];
  const pairs = datasets.reduce((sum, { dataset }) => sum + dataset.pairs, 0);
  return [vscode.l10n.t('{0} datasets, {1} pairs', String(datasets.length), String(pairs))];
}

type DatasetItem = InventoryItem['datasets'][number];

function datasetText(name: string, { pairs, formats }: DatasetItem): string {
  const format = formats.map(({ id }) => id).join(', ');
  return vscode.l10n.t('{0}: {1} pairs, {2}', name, String(pairs), format);
}

/** The datasets and what was not read, as plain text: names of files are no Markdown. */
function tooltipOf(folders: readonly InventoryItem[]): string {
  const { l10n } = vscode;
  const lines = folders.flatMap(({ name, datasets, unread, questions }) => [
    ...datasets.map((dataset) => datasetText(dataset.root || name, dataset)),
    ...unread.map(({ files, what }) => l10n.t('not read: {0}, {1}', files[0] ?? '', what)),
    ...questions.map(({ file }) => l10n.t('to be settled: {0}', file)),
  ]);
  const most = 12;
  const shown = lines.slice(0, most);
  return [...shown, ...(lines.length > most ? ['…'] : [])].join('\n');
}

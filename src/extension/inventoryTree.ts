import * as vscode from 'vscode';
import type { FitItem } from '../protocol/shapes.ts';
import type { InventoryItem, QuestionItem } from '../protocol/inventoryShapes.ts';
import type { CommandId } from './commandIds.ts';
import type { InventoryModel } from './inventoryModel.ts';
import { questionText } from './configQuestions.ts';

/** A row of the view *Dataset*. */
interface InventoryNode {
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  readonly icon?: string;
  readonly uri?: string;
  readonly command?: { readonly id: CommandId; readonly argument: unknown };
  readonly children?: readonly InventoryNode[];
}

/** Registers the view *Dataset*: what lies in the folders, what was not read, and what is to be settled. */
export function registerInventoryTree(model: InventoryModel): vscode.Disposable {
  const provider = new InventoryProvider(model);
  const view = vscode.window.createTreeView('pairlens.dataset', { treeDataProvider: provider });
  return vscode.Disposable.from(view, provider);
}

class InventoryProvider implements vscode.TreeDataProvider<InventoryNode>, vscode.Disposable {
  readonly #model: InventoryModel;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #follow: vscode.Disposable;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(model: InventoryModel) {
    this.#model = model;
    this.#follow = model.onChange(() => this.#changed.fire(undefined));
  }

  getChildren(node?: InventoryNode): InventoryNode[] {
    if (node !== undefined) return [...(node.children ?? [])];
    const folders = this.#model.all;
    const [only, ...others] = folders;
    if (only !== undefined && others.length === 0) return folderRows(only);
    return folders.map((folder) => ({
      label: folder.name,
      icon: 'folder',
      uri: folder.folder,
      children: folderRows(folder),
    }));
  }

  getTreeItem(node: InventoryNode): vscode.TreeItem {
    const state = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(node.label, node.children ? state.Expanded : state.None);
    if (node.description !== undefined) item.description = node.description;
    item.tooltip = node.tooltip ?? [node.label, node.description].filter(Boolean).join(': ');
    if (node.icon !== undefined) item.iconPath = new vscode.ThemeIcon(node.icon);
    if (node.command !== undefined) {
      const { id, argument } = node.command;
      item.command = { command: id, title: node.label, arguments: [argument] };
    } else if (node.uri !== undefined && node.children === undefined) {
      const uri = vscode.Uri.parse(node.uri);
      item.command = { command: 'vscode.open', title: node.label, arguments: [uri] };
    }
    return item;
  }

  dispose(): void {
    this.#follow.dispose();
    this.#changed.dispose();
  }
}

function folderRows(folder: InventoryItem): InventoryNode[] {
  return [
    ...questionRows(folder),
    ...folder.flaws.map((flaw) => ({
      ...adviceRow(flaw, 'error'),
      ...(folder.configUri !== undefined && { uri: folder.configUri }),
    })),
    ...datasetRows(folder),
    ...rivalRows(folder),
    ...unreadRows(folder),
    ...restRows(folder),
  ];
}

function questionRows(folder: InventoryItem): InventoryNode[] {
  if (folder.questions.length === 0) return [];
  const children = folder.questions.map((question: QuestionItem) => ({
    label: question.file,
    description: questionText(question),
    icon: 'question',
    command: { id: 'pairlens.settle' as const, argument: { folder: folder.folder, question } },
  }));
  return [{ label: vscode.l10n.t('To be settled'), icon: 'comment-discussion', children }];
}

function datasetRows({ datasets, name }: InventoryItem): InventoryNode[] {
  return datasets.map(({ root, pairs, images, formats, notJudged, trainer, emptied, fit }) => ({
    label: root === '' ? name : root,
    description: vscode.l10n.t('{0} pairs, {1} images', String(pairs), String(images)),
    icon: 'database',
    children: [
      ...(emptied === undefined ? [] : [adviceRow(emptied, 'warning')]),
      ...formats.map(({ id, title, files }) => ({
        label: id,
        description:
          files === 1 ? vscode.l10n.t('1 file') : vscode.l10n.t('{0} files', String(files)),
        tooltip: title,
        icon: 'file',
      })),
      ...(trainer === undefined
        ? []
        : [
            trainerRow(
              trainer,
              vscode.l10n.t('{0}: {1}. Its rules apply.', trainer.name, trainer.why),
            ),
          ]),
      ...(fit === undefined ? [] : [fitRow(fit)]),
      ...notJudged.map(({ what, count }) => ({
        label: vscode.l10n.t('{0} not judged', String(count)),
        description: what,
        icon: 'circle-slash',
      })),
    ],
  }));
}

function adviceRow(
  { message, remedy }: InventoryItem['flaws'][number],
  icon: string,
): InventoryNode {
  return { label: message, icon, tooltip: `${message}\n${remedy}` };
}

type TrainerItem = InventoryItem['rivalTrainers'][number];

function trainerRow({ name, why }: TrainerItem, tooltip: string): InventoryNode {
  return { label: name, description: why, tooltip, icon: 'gear' };
}

/** Trainers with settings in the folder, of which none is chosen. */
function rivalRows({ rivalTrainers }: InventoryItem): InventoryNode[] {
  if (rivalTrainers.length === 0) return [];
  const children = rivalTrainers.map((trainer) =>
    trainerRow(
      trainer,
      vscode.l10n.t(
        '{0}: {1}. Choose one trainer in the setting pairlens.trainer, or in the config file.',
        trainer.name,
        trainer.why,
      ),
    ),
  );
  return [{ label: vscode.l10n.t('Settings of several trainers'), icon: 'warning', children }];
}

function fitRow({ before, after, used }: FitItem): InventoryNode {
  const percent = (share: number): string => (100 * share).toFixed(1);
  return {
    label: vscode.l10n.t('fitted'),
    description: used
      ? vscode.l10n.t('{0} % instead of {1} %', percent(after), percent(before))
      : vscode.l10n.t('not used: no better now'),
    tooltip: vscode.l10n.t(
      'How often a wrong caption was more suspicious than a right one on held-out captions: {0} % with the fit, {1} % without it. "PairLens: Drop the Fit" removes it.',
      percent(after),
      percent(before),
    ),
    icon: 'mortar-board',
  };
}

function unreadRows({ unread, questions }: InventoryItem): InventoryNode[] {
  // A file with a question of its own is listed there.
  const asked = new Set(questions.map(({ file }) => file));
  const others = unread.filter(({ files: [first = ''], count }) => count > 1 || !asked.has(first));
  if (others.length === 0) return [];
  const children = others.map(({ files, count, what, remedy, uri, leftAlone }) => {
    const [first = ''] = files;
    const label = count === 1 ? first : vscode.l10n.t('{0} and {1} more', first, String(count - 1));
    return {
      label,
      description: what,
      tooltip: `${label}: ${what}\n${remedy}`,
      icon: leftAlone ? 'circle-slash' : 'warning',
      uri,
    };
  });
  return [{ label: vscode.l10n.t('Not read'), icon: 'file-submodule', children }];
}

function restRows({ leftOut, configUri, folder, images, texts }: InventoryItem): InventoryNode[] {
  return [
    {
      label: vscode.l10n.t('{0} images, {1} text files', String(images), String(texts)),
      icon: 'files',
      ...(leftOut > 0 && {
        description: vscode.l10n.t('{0} files are left out by the config file', String(leftOut)),
      }),
    },
    configUri === undefined
      ? {
          label: vscode.l10n.t('No config file'),
          description: vscode.l10n.t('create one'),
          icon: 'settings-gear',
          command: { id: 'pairlens.createConfig' as const, argument: { folder } },
        }
      : { label: 'pairlens.config.json', icon: 'settings-gear', uri: configUri },
  ];
}

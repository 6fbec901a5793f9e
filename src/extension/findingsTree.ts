import * as vscode from 'vscode';
import { baseName } from '../core/dataset/paths.ts';
import type { FindingItem } from '../protocol/shapes.ts';
import { setContext } from './contextKeys.ts';
import type { FindingsModel } from './findingsModel.ts';
import { toRange } from './positions.ts';
import type { ServerClient } from './serverClient.ts';

/** A row of the tree: a group, or one finding. */
export type FindingNode =
  | { readonly kind: 'group'; readonly key: string; readonly findings: readonly FindingItem[] }
  | { readonly kind: 'finding'; readonly finding: FindingItem };

type GroupBy = 'rule' | 'file';

const ICONS: Readonly<Record<FindingItem['level'], vscode.ThemeIcon>> = {
  error: new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground')),
  warning: new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground')),
  info: new vscode.ThemeIcon('info'),
  hint: new vscode.ThemeIcon('lightbulb'),
};

/** Registers the *Findings* view, grouped by rule or by file, with its badge and grouping commands. */
export function registerFindingsTree(
  findings: FindingsModel,
  client: ServerClient,
): vscode.Disposable {
  const provider = new FindingsProvider(findings);
  const view = vscode.window.createTreeView('pairlens.findings', {
    treeDataProvider: provider,
    showCollapseAll: true,
  });
  const show = (): void => {
    const count = findings.all.length;
    view.badge =
      count === 0
        ? undefined
        : {
            value: count,
            tooltip:
              count === 1
                ? vscode.l10n.t('1 finding')
                : vscode.l10n.t('{0} findings', String(count)),
          };
    view.description = client.status?.state === 'ready' ? String(count) : '';
  };
  const group = (by: GroupBy) => () => provider.group(by);
  provider.group('rule');
  return vscode.Disposable.from(
    view,
    provider,
    findings.onChange(show),
    client.onStatus(show),
    vscode.commands.registerCommand('pairlens.groupByRule', group('rule')),
    vscode.commands.registerCommand('pairlens.groupByFile', group('file')),
  );
}

class FindingsProvider implements vscode.TreeDataProvider<FindingNode>, vscode.Disposable {
  readonly #findings: FindingsModel;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #follow: vscode.Disposable;
  #by: GroupBy = 'rule';

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(findings: FindingsModel) {
    this.#findings = findings;
    this.#follow = findings.onChange(() => this.#changed.fire(undefined));
  }

  group(by: GroupBy): void {
    this.#by = by;
    setContext('pairlens.groupBy', by);
    this.#changed.fire(undefined);
  }

  getChildren(node?: FindingNode): FindingNode[] {
    if (node === undefined) return groups(this.#findings.all, this.#by);
    if (node.kind === 'finding') return [];
    return node.findings.map((finding) => ({ kind: 'finding', finding }));
  }

  getTreeItem(node: FindingNode): vscode.TreeItem {
    return node.kind === 'group' ? this.#groupItem(node) : this.#findingItem(node.finding);
  }

  dispose(): void {
    this.#follow.dispose();
    this.#changed.dispose();
  }

  #groupItem({ key, findings }: FindingNode & { kind: 'group' }): vscode.TreeItem {
    const byRule = this.#by === 'rule';
    const item = new vscode.TreeItem(
      byRule ? (findings[0]?.title ?? key) : baseName(vscode.Uri.parse(key).path),
      vscode.TreeItemCollapsibleState.Expanded,
    );
    item.id = `${this.#by}:${key}`;
    item.description = byRule ? String(findings.length) : folderName(key);
    item.contextValue = 'group';
    if (!byRule) item.resourceUri = vscode.Uri.parse(key);
    return item;
  }

  #findingItem(finding: FindingItem): vscode.TreeItem {
    const byRule = this.#by === 'rule';
    const about = vscode.Uri.parse(finding.imageUri ?? finding.uri);
    const name = baseName(about.path);
    const item = new vscode.TreeItem(byRule ? name : finding.shortTitle);
    item.id = `${this.#by}:${finding.id}`;
    item.description = finding.item?.caption ?? finding.message;
    item.iconPath = ICONS[finding.level];
    item.tooltip = tooltipOf(finding);
    item.contextValue = ['finding', ...new Set(finding.fixes.map(({ kind }) => kind))].join(' ');
    item.accessibilityInformation = {
      label: `${name}, ${finding.message} ${finding.item?.caption ?? ''}`,
    };
    const uri = vscode.Uri.parse(finding.uri);
    item.command = {
      command: 'vscode.open',
      title: vscode.l10n.t('Open'),
      arguments: [
        uri,
        {
          preserveFocus: true,
          preview: true,
          ...(finding.range && { selection: toRange(finding.range) }),
        },
      ],
    };
    return item;
  }
}

function groups(findings: readonly FindingItem[], by: GroupBy): FindingNode[] {
  const byKey = new Map<string, FindingItem[]>();
  for (const finding of findings) {
    const key = by === 'rule' ? finding.code : (finding.imageUri ?? finding.uri);
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, [finding]);
    else group.push(finding);
  }
  return [...byKey].map(([key, of]) => ({ kind: 'group', key, findings: of }));
}

/** Captions are untrusted: appended as text, never as Markdown. */
function tooltipOf({ message, evidence, item, remedy }: FindingItem): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendText(message);
  if (item !== undefined) text.appendMarkdown('\n\n').appendText(`“${item.caption}”`);
  for (const line of evidence) text.appendMarkdown('\n\n').appendText(line);
  if (remedy !== undefined) text.appendMarkdown('\n\n').appendText(`→ ${remedy}`);
  return text;
}

function folderName(uri: string): string {
  const relative = vscode.workspace.asRelativePath(vscode.Uri.parse(uri), false);
  const slash = relative.lastIndexOf('/');
  return slash < 0 ? '' : relative.slice(0, slash);
}

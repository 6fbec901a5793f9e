import * as vscode from 'vscode';
import { groupBy } from '../core/collections.ts';
import { baseName } from '../core/dataset/paths.ts';
import { CLIENT_COMMANDS } from '../protocol/serverApi.ts';
import type { DatasetSummary, DecidedPair, FindingItem, PairItem } from '../protocol/shapes.ts';
import type { CommandId } from './commandIds.ts';
import { setContext } from './contextKeys.ts';
import type { FindingsModel } from './findingsModel.ts';
import { tellingCaption } from './pairTexts.ts';
import { toRange } from './positions.ts';
import type { ServerClient } from './serverClient.ts';
import { nameOf } from './workspaceFiles.ts';

/**
 * A tree row: a group of findings, a finding, the group of the captions that fit least where none can be judged, one of
 * these, the group of verdicts, or a verdict.
 */
export type FindingNode =
  | { readonly kind: 'group'; readonly key: string; readonly findings: readonly FindingItem[] }
  | { readonly kind: 'finding'; readonly finding: FindingItem }
  | { readonly kind: 'leastFitting'; readonly dataset: DatasetSummary }
  | { readonly kind: 'pair'; readonly pair: PairItem }
  | { readonly kind: 'verdicts' }
  | { readonly kind: 'verdict'; readonly verdict: DecidedPair };

/** The view *Findings*. */
export interface FindingsTree {
  dispose(): void;
  /** Reveals the group of verdicts, or shows a message if there are none. */
  showVerdicts(): Promise<void>;
}

type GroupBy = 'rule' | 'file';

const ICONS: Readonly<Record<FindingItem['level'], vscode.ThemeIcon>> = {
  error: new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground')),
  warning: new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground')),
  info: new vscode.ThemeIcon('info'),
  hint: new vscode.ThemeIcon('lightbulb'),
};

/** Registers the *Findings* view, grouped by rule or by file, with its badge and grouping commands. */
export function registerFindingsTree(findings: FindingsModel, client: ServerClient): FindingsTree {
  const provider = new FindingsProvider(findings, client);
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
  const command = (id: CommandId, by: GroupBy): vscode.Disposable =>
    vscode.commands.registerCommand(id, () => provider.group(by));
  provider.group('rule');
  const parts = vscode.Disposable.from(
    view,
    provider,
    findings.onChange(show),
    client.onStatus(show),
    command('pairlens.groupByRule', 'rule'),
    command('pairlens.groupByFile', 'file'),
  );
  return {
    dispose() {
      parts.dispose();
    },
    async showVerdicts() {
      if (findings.verdicts.length === 0) {
        void vscode.window.showInformationMessage(
          vscode.l10n.t('Nothing is marked as verified or excluded.'),
        );
        return;
      }
      await view.reveal(VERDICTS, { select: true, focus: true, expand: true });
    },
  };
}

/** A single object, because the view identifies rows by reference. */
const VERDICTS: FindingNode = { kind: 'verdicts' };

const VERDICT_ICONS: Readonly<Record<DecidedPair['decision'], vscode.ThemeIcon>> = {
  verified: new vscode.ThemeIcon('pass'),
  excluded: new vscode.ThemeIcon('circle-slash'),
};

/** The worst first. */
const LEVELS: readonly FindingItem['level'][] = ['error', 'warning', 'info', 'hint'];

class FindingsProvider implements vscode.TreeDataProvider<FindingNode>, vscode.Disposable {
  readonly #findings: FindingsModel;
  readonly #client: ServerClient;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #follow: vscode.Disposable;
  #by: GroupBy = 'rule';

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(findings: FindingsModel, client: ServerClient) {
    this.#findings = findings;
    this.#client = client;
    let shown = '';
    this.#follow = vscode.Disposable.from(
      findings.onChange(() => this.#changed.fire(undefined)),
      client.onStatus(() => {
        const now = JSON.stringify(
          this.#leastFitting().map(({ dataset }) => [dataset.incomparable, dataset.leastFitting]),
        );
        if (now === shown) return;
        shown = now;
        this.#changed.fire(undefined);
      }),
    );
  }

  group(by: GroupBy): void {
    this.#by = by;
    setContext('pairlens.groupBy', by);
    this.#changed.fire(undefined);
  }

  getChildren(node?: FindingNode): FindingNode[] {
    switch (node?.kind) {
      case undefined: {
        const shown = [...groups(this.#findings.all, this.#by), ...this.#leastFitting()];
        return this.#findings.verdicts.length === 0 ? shown : [...shown, VERDICTS];
      }
      case 'group':
        return node.findings.map((finding) => ({ kind: 'finding', finding }));
      case 'leastFitting':
        return (node.dataset.leastFitting ?? []).map((pair) => ({ kind: 'pair', pair }));
      case 'verdicts':
        return this.#findings.verdicts.map((verdict) => ({ kind: 'verdict', verdict }));
      case 'finding':
      case 'pair':
      case 'verdict':
        return [];
    }
  }

  #leastFitting(): (FindingNode & { readonly kind: 'leastFitting' })[] {
    const { status } = this.#client;
    if (status?.state !== 'ready') return [];
    return status.datasets.flatMap((dataset) =>
      dataset.incomparable === undefined ? [] : [{ kind: 'leastFitting', dataset }],
    );
  }

  /** `reveal` needs it; only the group of verdicts, at the top level, is revealed. */
  getParent(): undefined {
    return undefined;
  }

  getTreeItem(node: FindingNode): vscode.TreeItem {
    switch (node.kind) {
      case 'group':
        return this.#groupItem(node);
      case 'finding':
        return this.#findingItem(node.finding);
      case 'leastFitting':
        return leastFittingItem(node.dataset);
      case 'pair':
        return pairItem(node.pair, '', 'pair');
      case 'verdicts':
        return verdictsItem(this.#findings.verdicts.length);
      case 'verdict':
        return verdictItem(node.verdict);
    }
  }

  dispose(): void {
    this.#follow.dispose();
    this.#changed.dispose();
  }

  #groupItem({ key, findings }: FindingNode & { kind: 'group' }): vscode.TreeItem {
    const byRule = this.#by === 'rule';
    const item = new vscode.TreeItem(
      byRule ? (findings[0]?.title ?? key) : nameOf(key),
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
    item.description = finding.item ? tellingCaption(finding.item) : finding.message;
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
  const byKey = groupBy(findings, ({ code, imageUri, uri }) =>
    by === 'rule' ? code : (imageUri ?? uri),
  );
  const groups = [...byKey].map(([key, of]) => ({ kind: 'group' as const, key, findings: of }));
  // The order must not depend on which rule was found first.
  const rank = ({ findings: [worst] }: (typeof groups)[number]): number =>
    worst === undefined ? LEVELS.length : LEVELS.indexOf(worst.level);
  if (by === 'rule') groups.sort((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : 1));
  return groups;
}

function verdictsItem(count: number): vscode.TreeItem {
  const item = new vscode.TreeItem(
    vscode.l10n.t('Your verdicts'),
    vscode.TreeItemCollapsibleState.Collapsed,
  );
  item.id = 'verdicts';
  item.description = String(count);
  item.contextValue = 'verdicts';
  return item;
}

/**
 * Why captions are not judged against one another, with those that fit least: information, which says nothing of a single
 * one.
 */
function leastFittingItem({
  root,
  incomparable,
  leastFitting = [],
}: DatasetSummary): vscode.TreeItem {
  const tooFew = incomparable === 'too-few';
  const { Expanded, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(
    tooFew ? vscode.l10n.t('Too few pairs to compare') : vscode.l10n.t('Too alike to be judged'),
    leastFitting.length > 0 ? Expanded : None,
  );
  item.id = `leastFitting:${root}`;
  const why = tooFew
    ? vscode.l10n.t('This dataset has too few pairs to compare its captions with one another.')
    : vscode.l10n.t('The captions of this dataset are too alike to be judged against one another.');
  item.tooltip = why;
  if (leastFitting.length > 0) {
    item.description = vscode.l10n.t('the {0} that fit least', String(leastFitting.length));
    item.tooltip = `${why} ${vscode.l10n.t('These fit least, right or wrong.')}`;
  }
  item.contextValue = 'leastFitting';
  return item;
}

function verdictItem({ item: pair, decision }: DecidedPair): vscode.TreeItem {
  const verdict = decision === 'verified' ? vscode.l10n.t('verified') : vscode.l10n.t('excluded');
  const item = pairItem(pair, verdict, 'verdict');
  item.iconPath = VERDICT_ICONS[decision];
  return item;
}

/** The row of a pair, which opens its caption. */
function pairItem(pair: PairItem, about: string, kind: 'pair' | 'verdict'): vscode.TreeItem {
  const name = baseName(pair.pair.image);
  const item = new vscode.TreeItem(name);
  item.id = `${kind}:${pair.pair.root}:${pair.pair.captionIndex}:${pair.pair.image}`;
  item.description = [about, tellingCaption(pair)].filter((part) => part !== '').join(' · ');
  item.tooltip = `${pair.pair.image}\n${pair.caption}`;
  item.contextValue = kind;
  item.accessibilityInformation = {
    label: [name, about, pair.caption].filter((part) => part !== '').join(', '),
  };
  item.command = {
    command: CLIENT_COMMANDS.openPair.command,
    title: vscode.l10n.t('Open'),
    arguments: [pair],
  };
  return item;
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

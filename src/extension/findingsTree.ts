import * as vscode from 'vscode';
import type { CommandId } from './commandIds.ts';
import { setContext } from './contextKeys.ts';
import type { FindingItem } from '../protocol/shapes.ts';
import { currentTarget } from './activeTarget.ts';
import {
  type Arrangement,
  arranged,
  filtered,
  findingAbout,
  type FindingNode,
  findingsOf,
} from './findingGroups.ts';
import {
  findingItem,
  groupItem,
  leastFittingItem,
  pairItem,
  verdictItem,
  verdictsItem,
} from './findingRows.ts';
import type { FindingsModel } from './findingsModel.ts';
import type { ServerClient } from './serverClient.ts';

/** The view *Findings*. */
export interface FindingsTree {
  dispose(): void;
  /** Reveals the group of verdicts, or shows a message if there are none. */
  showVerdicts(): Promise<void>;
  /** The finding that a person looks at: about the open file, else in the selected row. */
  inView(): FindingItem | undefined;
}

/** Registers the *Findings* view with its badge, and the commands that arrange and filter it. */
export function registerFindingsTree(findings: FindingsModel, client: ServerClient): FindingsTree {
  const provider = new FindingsProvider(findings, client);
  const view = vscode.window.createTreeView('pairlens.findings', {
    treeDataProvider: provider,
    showCollapseAll: true,
    canSelectMany: true,
  });
  const show = (): void => {
    const count = findings.all.length;
    const shown = provider.shown.length;
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
    const { filter } = provider;
    view.message = filter === '' ? '' : vscode.l10n.t('Filter: {0}', filter);
    const counts = filter === '' ? String(count) : vscode.l10n.t('{0} of {1}', shown, count);
    view.description = client.status?.state === 'ready' ? counts : '';
  };
  const filterBy = (text: string): void => {
    provider.setFilter(text);
    show();
  };
  const command = (id: CommandId, run: () => void): vscode.Disposable =>
    vscode.commands.registerCommand(id, run);
  provider.arrange('rule');
  const parts = vscode.Disposable.from(
    view,
    provider,
    findings.onChange(show),
    client.onStatus(show),
    command('pairlens.groupByRule', () => provider.arrange('rule')),
    command('pairlens.groupByFile', () => provider.arrange('file')),
    command('pairlens.sortBySureness', () => provider.arrange('sureness')),
    command('pairlens.filterFindings', () => askFilter(provider.filter, filterBy)),
    command('pairlens.clearFilter', () => filterBy('')),
  );
  return {
    dispose() {
      parts.dispose();
    },
    async showVerdicts() {
      if (findings.verdicts.length === 0) {
        void vscode.window.showInformationMessage(
          vscode.l10n.t('Nothing is marked as verified or ignored.'),
        );
        return;
      }
      await view.reveal(VERDICTS, { select: true, focus: true, expand: true });
    },
    inView() {
      const target = currentTarget();
      return (target && findingAbout(findings.all, target)) ?? findingsOf(view.selection).at(0);
    },
  };
}

/** Asks for a filter, which takes effect while it is typed; Escape restores the one before. */
function askFilter(before: string, filterBy: (text: string) => void): void {
  const box = vscode.window.createInputBox();
  box.title = vscode.l10n.t('Filter findings');
  box.placeholder = vscode.l10n.t('Words of the rule, the file, the message or the caption');
  box.value = before;
  let accepted = false;
  box.onDidChangeValue(filterBy);
  box.onDidAccept(() => {
    accepted = true;
    box.hide();
  });
  box.onDidHide(() => {
    if (!accepted) filterBy(before);
    box.dispose();
  });
  box.show();
}

/** A single object, because the view identifies rows by reference. */
const VERDICTS: FindingNode = { kind: 'verdicts' };

class FindingsProvider implements vscode.TreeDataProvider<FindingNode>, vscode.Disposable {
  readonly #findings: FindingsModel;
  readonly #client: ServerClient;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #follow: vscode.Disposable;
  #by: Arrangement = 'rule';
  #filter = '';

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

  get filter(): string {
    return this.#filter;
  }

  /** The findings that pass the filter. */
  get shown(): ReturnType<typeof filtered> {
    return filtered(this.#findings.all, this.#filter);
  }

  arrange(by: Arrangement): void {
    this.#by = by;
    setContext('pairlens.groupBy', by);
    this.#changed.fire(undefined);
  }

  setFilter(text: string): void {
    this.#filter = text.trim();
    setContext('pairlens.isFiltered', this.#filter !== '');
    this.#changed.fire(undefined);
  }

  getChildren(node?: FindingNode): FindingNode[] {
    switch (node?.kind) {
      case undefined: {
        const shown = [...arranged(this.shown, this.#by), ...this.#leastFitting()];
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
        return groupItem(node);
      case 'finding':
        return findingItem(node.finding, this.#by);
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
}

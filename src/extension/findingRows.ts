import * as vscode from 'vscode';
import { baseName } from '../core/dataset/paths.ts';
import { isLikelyFix } from '../protocol/candidate.ts';
import { CLIENT_COMMANDS } from '../protocol/commands.ts';
import type { DatasetSummary, DecidedPair, FindingItem, PairItem } from '../protocol/shapes.ts';
import type { Arrangement, FindingNode } from './findingGroups.ts';
import { tellingCaption } from './pairTexts.ts';
import { toRange } from './positions.ts';
import { nameOf } from './workspaceFiles.ts';

/*
 * The rows of the view *Findings*.
 */

/** VS Code draws no more of a line, such as that of a COCO file (its setting `editor.stopRenderingLineAfter`). */
const DRAWN_COLUMNS = 10_000;

const ICONS: Readonly<Record<FindingItem['level'], vscode.ThemeIcon>> = {
  error: new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground')),
  warning: new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground')),
  info: new vscode.ThemeIcon('info'),
  hint: new vscode.ThemeIcon('lightbulb'),
};

const VERDICT_ICONS: Readonly<Record<DecidedPair['decision'], vscode.ThemeIcon>> = {
  verified: new vscode.ThemeIcon('pass'),
  excluded: new vscode.ThemeIcon('circle-slash'),
};

/** The row of a group of findings. */
export function groupItem({ key, findings, by }: FindingNode & { kind: 'group' }): vscode.TreeItem {
  const byRule = by === 'rule';
  const item = new vscode.TreeItem(
    byRule ? (findings[0]?.title ?? key) : nameOf(key),
    vscode.TreeItemCollapsibleState.Expanded,
  );
  item.id = `${by}:${key}`;
  item.description = byRule ? String(findings.length) : folderName(key);
  item.contextValue = [`group-${by}`, ...abilities(findings)].join(' ');
  if (!byRule) item.resourceUri = vscode.Uri.parse(key);
  return item;
}

/** The row of a finding. @param by how the findings are arranged */
export function findingItem(finding: FindingItem, by: Arrangement): vscode.TreeItem {
  const about = vscode.Uri.parse(finding.imageUri ?? finding.uri);
  const name = baseName(about.path);
  const item = new vscode.TreeItem(by === 'file' ? finding.shortTitle : name);
  item.id = `${by}:${finding.id}`;
  const text = finding.item ? tellingCaption(finding.item) : finding.message;
  item.description = by === 'sureness' ? `${finding.shortTitle} · ${text}` : text;
  item.iconPath = ICONS[finding.level];
  item.tooltip = tooltipOf(finding);
  item.contextValue = ['finding', ...abilities([finding])].join(' ');
  item.accessibilityInformation = {
    label: `${name}, ${finding.message} ${finding.item?.caption ?? ''}`,
  };
  item.command = openCommand(finding);
  return item;
}

/** Opens a finding in its file; in the review where the editor does not draw what the finding is about. */
function openCommand({ id, uri, range, item }: FindingItem): vscode.Command {
  const title = vscode.l10n.t('Open');
  if (item !== undefined && range !== undefined && range.start.character > DRAWN_COLUMNS) {
    return { command: CLIENT_COMMANDS.reviewFinding.command, title, arguments: [{ id }] };
  }
  const options = {
    preserveFocus: true,
    preview: true,
    ...(range && { selection: toRange(range) }),
  };
  return { command: 'vscode.open', title, arguments: [vscode.Uri.parse(uri), options] };
}

/** What can be done to findings, for the `when` clauses of menus: the kinds of their fixes, and `likely`. */
function abilities(findings: readonly FindingItem[]): ReadonlySet<string> {
  const fixes = findings.flatMap((finding) => finding.fixes);
  const kinds = new Set<string>(fixes.map(({ kind }) => kind));
  if (fixes.some(isLikelyFix)) kinds.add('likely');
  return kinds;
}

/** The row above all verdicts. */
export function verdictsItem(count: number): vscode.TreeItem {
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
export function leastFittingItem({
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

export function verdictItem({ item: pair, decision }: DecidedPair): vscode.TreeItem {
  const verdict = decision === 'verified' ? vscode.l10n.t('verified') : vscode.l10n.t('ignored');
  const item = pairItem(pair, verdict, 'verdict');
  item.iconPath = VERDICT_ICONS[decision];
  return item;
}

/** The row of a pair, which opens its caption. */
export function pairItem(pair: PairItem, about: string, kind: 'pair' | 'verdict'): vscode.TreeItem {
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

import * as vscode from 'vscode';
import type { Status } from '../protocol/shapes.ts';
import type { CommandId } from './commandIds.ts';
import type { ServerClient } from './serverClient.ts';

/** One item: progress, then the number of findings. Hidden without a dataset. */
export function registerStatusBar(client: ServerClient): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(
    'pairlens.status',
    vscode.StatusBarAlignment.Left,
    0,
  );
  item.name = 'PairLens';
  const follow = client.onStatus((status) => {
    const shown = textOf(status);
    if (shown === undefined) {
      item.hide();
      return;
    }
    item.text = shown.text;
    item.tooltip = shown.tooltip;
    item.command = shown.command;
    item.backgroundColor =
      status.state === 'failed'
        ? new vscode.ThemeColor('statusBarItem.errorBackground')
        : undefined;
    item.show();
  });
  return vscode.Disposable.from(item, follow);
}

/** Says what is going on, and offers to stop it. */
export async function showProgress(client: ServerClient): Promise<void> {
  const { status } = client;
  if (status === undefined) return;
  const stop = vscode.l10n.t('Stop');
  const showLog = vscode.l10n.t('Show Log');
  const answer = await vscode.window.showInformationMessage(
    `PairLens: ${textOf(status)?.tooltip ?? ''}`,
    stop,
    showLog,
  );
  if (answer === stop) await client.stopAudit();
  else if (answer === showLog)
    await vscode.commands.executeCommand('pairlens.showLog' satisfies CommandId);
}

interface Shown {
  readonly text: string;
  readonly tooltip: string;
  readonly command: CommandId;
}

function textOf(status: Status): Shown | undefined {
  const { l10n } = vscode;
  switch (status.state) {
    case 'no-dataset':
      return undefined;
    case 'starting':
      return {
        text: `$(loading~spin) PairLens`,
        tooltip: l10n.t('PairLens is starting'),
        command: 'pairlens.showLog',
      };
    case 'indexing':
    case 'auditing': {
      const { done = 0, total = 0 } = status;
      const share = total > 0 ? ` ${done}/${total}` : '';
      return {
        text: `$(loading~spin) PairLens${share}`,
        tooltip: [
          status.state === 'indexing'
            ? l10n.t('Reading images and captions')
            : l10n.t('Looking for mistakes'),
          ...(status.rate === undefined
            ? []
            : [l10n.t('{0} a second', String(Math.round(status.rate)))]),
          ...(status.secondsLeft === undefined
            ? []
            : [l10n.t('about {0} s left', String(Math.ceil(status.secondsLeft)))]),
        ].join(' · '),
        command: 'pairlens.showProgress',
      };
    }
    case 'failed':
      return {
        text: '$(error) PairLens',
        tooltip: [status.error?.message, status.error?.remedy].filter(Boolean).join(' '),
        command: 'pairlens.showLog',
      };
    case 'ready': {
      const { error, warning, info, hint } = status.counts;
      const count = error + warning + info + hint;
      return {
        text:
          count === 1
            ? l10n.t('$(eye) PairLens: 1 finding')
            : l10n.t('$(eye) PairLens: {0} findings', String(count)),
        tooltip: [
          l10n.t(
            '{0} errors, {1} warnings, {2} other findings. Select to review them.',
            String(error),
            String(warning),
            String(info + hint),
          ),
          status.encoderNote,
        ]
          .filter(Boolean)
          .join('\n\n'),
        command: 'pairlens.review',
      };
    }
  }
}

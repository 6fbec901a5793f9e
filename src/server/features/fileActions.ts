import type { Question } from '../../core/dataset/inventory.ts';
import * as l10n from '@vscode/l10n';
import { CodeActionKind, Command, RenameFile, type CodeAction } from 'vscode-languageserver/node';
import type { LiveFinding } from '../../engine/workspace/workspace.ts';
import { CLIENT_COMMANDS, SERVER_COMMANDS } from '../../protocol/commands.ts';
import type { FixItem } from '../../protocol/shapes.ts';
import type { ServerContext } from '../context.ts';
import { fileOf } from '../toProtocol.ts';
import { questionAbout } from './inventoryRequests.ts';

/** Fixes of a caption file as a whole. */
export function fileActions(
  { client }: ServerContext,
  uri: string,
  { kind, title, encoding, to, separations }: FixItem,
): CodeAction[] {
  const action = { title, kind: CodeActionKind.QuickFix, isPreferred: true };
  if (kind === 'save-as-utf8') {
    const argument = { uri, encoding };
    return [{ ...action, command: Command.create(title, SERVER_COMMANDS.saveAsUtf8, argument) }];
  }
  if (separations !== undefined) {
    // Images are no documents: other editors cannot undo their renames.
    if (!client.richHovers) return [];
    const { command } = CLIENT_COMMANDS.separateImages;
    return [{ ...action, command: Command.create(title, command, { uri, separations }) }];
  }
  if (to === undefined) return [];
  if (client.richHovers) {
    const { command } = CLIENT_COMMANDS.renameCaptionFile;
    return [{ ...action, command: Command.create(title, command, { from: uri, to }) }];
  }
  if (!client.renamesFiles) return [];
  return [{ ...action, edit: { documentChanges: [RenameFile.create(uri, to)] } }];
}

/** Quick fix that asks which column is the caption, or where the images are. */
export function settleActions(context: ServerContext, live: LiveFinding): CodeAction[] {
  if (!context.client.richHovers || !isUnread(live.finding.code)) return [];
  const asked = questionAbout(context, fileOf(live));
  if (asked === undefined) return [];
  const title = settleTitle(asked.question.kind);
  const command = Command.create(title, CLIENT_COMMANDS.settle.command, asked);
  return [{ title, kind: CodeActionKind.QuickFix, isPreferred: true, command }];
}

function settleTitle(kind: Question['kind']): string {
  switch (kind) {
    case 'columns':
      return l10n.t('Choose the column with the captions');
    case 'names':
      return l10n.t('Say whether the names of the images are captions');
    case 'root':
      return l10n.t('Choose the folder with the images');
  }
}

function isUnread(code: string): boolean {
  return code === 'unread-captions' || code === 'unread-file';
}

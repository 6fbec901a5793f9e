import * as vscode from 'vscode';
import { PairLensError } from '../core/errors.ts';
import type { CommandId } from './commandIds.ts';

/** Shows message and remedy of an error; cancellation is ignored. */
export function showFailure(error: unknown): void {
  if (PairLensError.is(error, 'cancelled')) return;
  const { message, remedy } = PairLensError.from(error);
  const showLog = vscode.l10n.t('Show Log');
  void vscode.window
    .showErrorMessage(['PairLens:', message, remedy].filter(Boolean).join(' '), showLog)
    .then((answer) => {
      if (answer === showLog)
        return vscode.commands.executeCommand('pairlens.showLog' satisfies CommandId);
      return undefined;
    });
}

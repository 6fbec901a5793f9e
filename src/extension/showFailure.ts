import * as vscode from 'vscode';
import { PairLensError } from '../core/errors.ts';

/** Tells the person what failed and what to do about it; a cancelled call is no failure. */
export function showFailure(error: unknown): void {
  if (PairLensError.is(error, 'cancelled')) return;
  const { message, remedy } = PairLensError.from(error);
  const showLog = vscode.l10n.t('Show Log');
  void vscode.window
    .showErrorMessage(['PairLens:', message, remedy].filter(Boolean).join(' '), showLog)
    .then((answer) => {
      if (answer === showLog) return vscode.commands.executeCommand('pairlens.showLog');
      return undefined;
    });
}

import * as vscode from 'vscode';
import { PairLensError } from '../core/errors.ts';
import { REQUESTS } from '../protocol/serverApi.ts';
import type { ServerClient } from './serverClient.ts';
import { showFailure } from './showFailure.ts';

/** Fits to the datasets, with progress that can be cancelled, and says what it brought. */
export async function fit(client: ServerClient): Promise<void> {
  const drop = vscode.l10n.t('Drop the Fit');
  const { datasets } = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Fitting PairLens to this dataset'),
      cancellable: true,
    },
    async (progress, token) => {
      const follow = client.onStatus(({ fitting }) => {
        if (fitting === undefined) return;
        const { phase, done, total } = fitting;
        progress.report({ message: total > 0 ? `${phase} ${done}/${total}` : phase });
      });
      try {
        return await client.request(REQUESTS.fit, {}, token);
      } catch (error) {
        if (!PairLensError.is(error, 'cancelled')) throw error;
        return { datasets: [] };
      } finally {
        follow.dispose();
      }
    },
  );
  const isFitted = datasets.some(({ outcome }) => outcome === 'fitted');
  const message = datasets.map((dataset) => dataset.message).join(' ');
  if (message === '') return;
  // Not awaited: the command is done, and the message may stay for long.
  void vscode.window
    .showInformationMessage(message, ...(isFitted ? [drop] : []))
    .then((answer) => (answer === drop ? dropFit(client) : undefined))
    .then(undefined, showFailure);
}

/** Drops what was fitted to the datasets. */
export async function dropFit(client: ServerClient): Promise<void> {
  const { dropped } = await client.request(REQUESTS.dropFit, {});
  void vscode.window.showInformationMessage(
    dropped > 0
      ? vscode.l10n.t('The fit was dropped. Audits are as before it.')
      : vscode.l10n.t('Nothing was fitted to this dataset.'),
  );
}

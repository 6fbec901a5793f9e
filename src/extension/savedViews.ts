import * as vscode from 'vscode';
import { REQUESTS } from '../protocol/serverApi.ts';
import type { SavedView } from '../protocol/shapes.ts';
import type { ServerClient } from './serverClient.ts';

/** The views in the config files of the folders, by name. */
export async function savedViews(client: ServerClient): Promise<SavedView[]> {
  return (await client.request(REQUESTS.views, {})).views;
}

/** Asks for a name and keeps the query by it, in place of an earlier one of that name. Nothing is kept without a name. */
export async function saveView(client: ServerClient, query: string): Promise<void> {
  const { l10n } = vscode;
  const known = new Set((await savedViews(client)).map(({ name }) => name));
  const asked = await vscode.window.showInputBox({
    title: l10n.t('Save View'),
    prompt: l10n.t('Name of the view {0}', query),
    validateInput: (name) =>
      known.has(name.trim())
        ? {
            message: l10n.t('The view of this name will be replaced.'),
            severity: vscode.InputBoxValidationSeverity.Warning,
          }
        : undefined,
  });
  const name = asked?.trim();
  if (name === undefined || name === '') return;
  await client.request(REQUESTS.saveView, { name, query });
}

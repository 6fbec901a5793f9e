import * as vscode from 'vscode';
import type { PairItem } from '../protocol/shapes.ts';
import { REQUESTS } from '../protocol/serverApi.ts';
import { currentTarget, onTargetChange } from './activeTarget.ts';
import type { ServerClient } from './serverClient.ts';
import { showFailure } from './showFailure.ts';

/*
 * Text editors with captions: their lines are wrapped, and the image of the caption at the cursor is shown beside them.
 */

/** Language of caption files that are plain texts, so that they have editor settings of their own (package.json). */
const CAPTION_LANGUAGE = 'image-caption';

/** Wraps the lines of caption files, and lets the image beside follow the cursor if the setting says so. */
export function registerCaptionEditors(client: ServerClient): vscode.Disposable {
  let shown: string | undefined;
  const update = async (): Promise<void> => {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) return;
    const { document } = editor;
    const isPlain = document.languageId === 'plaintext' && document.uri.scheme === 'file';
    const follows =
      vscode.workspace.getConfiguration('pairlens').get<boolean>('imageBeside') === true;
    // Most moves of the cursor need no answer of the server.
    if (!isPlain && !follows) return;
    const item = await captionAtCursor(client);
    if (item === undefined) return;
    if (isPlain) await vscode.languages.setTextDocumentLanguage(document, CAPTION_LANGUAGE);
    if (!follows || item.imageUri === shown) return;
    shown = item.imageUri;
    await openBeside(item.imageUri);
  };
  // The server may have ended meanwhile; it sends its status when it is back.
  const later = (): void => void update().catch(() => undefined);
  return vscode.Disposable.from(
    onTargetChange(later),
    client.onStatus(({ state }) => {
      if (state === 'ready') later();
    }),
    vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
      if (closed.some(({ input }) => uriOf(input) === shown)) shown = undefined;
    }),
  );
}

/** Opens the image of the caption at the cursor beside its editor. */
export async function openImageBeside(client: ServerClient): Promise<void> {
  try {
    const item = await captionAtCursor(client);
    if (item === undefined) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('There is no caption of a dataset at the cursor.'),
      );
      return;
    }
    await openBeside(item.imageUri);
  } catch (error) {
    showFailure(error);
  }
}

async function captionAtCursor(client: ServerClient): Promise<PairItem | undefined> {
  const target = currentTarget();
  // A folder without a dataset starts no server.
  if (target?.kind !== 'caption' || (client.status?.datasets ?? []).length === 0) return undefined;
  const { uri, position } = target;
  return (await client.request(REQUESTS.pairAt, { uri, position })) ?? undefined;
}

async function openBeside(imageUri: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.parse(imageUri), {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: true,
    preview: true,
  });
}

function uriOf(input: unknown): string | undefined {
  return input instanceof vscode.TabInputCustom ? input.uri.toString() : undefined;
}

import * as vscode from 'vscode';
import { showFailure } from './showFailure.ts';
import { exists } from './workspaceFiles.ts';

/**
 * Opens a copy of the sample dataset, which ships with the extension: photos with known mistakes. A copy that is there already is
 * opened as it is, with what was tried out in it.
 */
export async function openSampleDataset({
  extensionUri,
  globalStorageUri,
}: vscode.ExtensionContext): Promise<void> {
  const copy = vscode.Uri.joinPath(globalStorageUri, 'sample', 'tour');
  try {
    if (!(await exists(copy))) {
      const { fs } = vscode.workspace;
      await fs.createDirectory(vscode.Uri.joinPath(copy, '..'));
      await fs.copy(vscode.Uri.joinPath(extensionUri, 'samples', 'tour'), copy);
    }
    const forceNewWindow = vscode.workspace.workspaceFolders !== undefined;
    await vscode.commands.executeCommand('vscode.openFolder', copy, { forceNewWindow });
  } catch (error) {
    showFailure(error);
  }
}

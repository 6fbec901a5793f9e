import * as vscode from 'vscode';
import { baseName } from '../core/dataset/paths.ts';
import { PairLensError } from '../core/errors.ts';
import type { ImageSeparationItem } from '../protocol/shapes.ts';
import type { AppliedEdit } from './applyEdit.ts';
import { exists } from './workspaceFiles.ts';

/**
 * Rewrites a file on disk; undo writes the old bytes.
 * @throws PairLensError `write-failed` if the file has unsaved changes, and the errors of `write`.
 */
export async function rewriteFile(
  file: vscode.Uri,
  write: () => Promise<void>,
): Promise<AppliedEdit> {
  refuseUnsaved(file);
  const before = await vscode.workspace.fs.readFile(file);
  await write();
  const after = await vscode.workspace.fs.readFile(file);
  const name = baseName(file.path);
  return {
    label: vscode.l10n.t('Save {0} as UTF-8', name),
    done: vscode.l10n.t('{0} is UTF-8 now.', name),
    file,
    takeBack: async () => {
      if (isUnsaved(file) || !areSame(await vscode.workspace.fs.readFile(file), after))
        return false;
      await vscode.workspace.fs.writeFile(file, before);
      return true;
    },
  };
}

/** Renames a file. @throws PairLensError `write-failed`. */
export async function renameFile(from: vscode.Uri, to: vscode.Uri): Promise<AppliedEdit> {
  await rename(from, to);
  const names = [baseName(from.path), baseName(to.path)] as const;
  return {
    label: vscode.l10n.t('Rename {0} to {1}', ...names),
    done: vscode.l10n.t('{0} is called {1} now.', ...names),
    file: to,
    takeBack: () =>
      rename(to, from).then(
        () => true,
        () => false,
      ),
  };
}

/**
 * Renames images that share a caption file, and writes a copy of it beside each.
 * @throws PairLensError `write-failed` if a file of a new name exists or the caption file has unsaved changes.
 */
export async function separateImages(
  captionFile: vscode.Uri,
  separations: readonly ImageSeparationItem[],
): Promise<AppliedEdit> {
  refuseUnsaved(captionFile);
  const { fs } = vscode.workspace;
  const content = await fs.readFile(captionFile);
  const steps = separations.map(({ image, to, caption }) => ({
    from: vscode.Uri.parse(image),
    to: vscode.Uri.parse(to),
    copy: vscode.Uri.parse(caption),
  }));
  const edit = new vscode.WorkspaceEdit();
  for (const { from, to, copy } of steps) {
    // Several operations are not all or none: what would fail is refused before the first.
    if ((await exists(to)) || (await exists(copy))) throw notRenamed(from, to);
    edit.createFile(copy, { contents: content, overwrite: false });
    edit.renameFile(from, to, { overwrite: false });
  }
  const [first] = steps;
  if (first === undefined || !(await vscode.workspace.applyEdit(edit))) {
    throw notRenamed(first?.from ?? captionFile, first?.to ?? captionFile);
  }
  const names = [baseName(first.from.path), baseName(first.to.path)] as const;
  return {
    label: vscode.l10n.t('Rename {0} to {1}', ...names),
    done:
      steps.length === 1
        ? vscode.l10n.t('{0} is called {1} now, with a copy of the caption.', ...names)
        : vscode.l10n.t('{0} images have names and captions of their own now.', steps.length),
    file: first.copy,
    takeBack: async () => {
      const back = new vscode.WorkspaceEdit();
      for (const { from, to, copy } of steps) {
        if (isUnsaved(copy) || !(await exists(to)) || (await exists(from))) return false;
        if (!(await exists(copy)) || !areSame(await fs.readFile(copy), content)) return false;
        back.renameFile(to, from, { overwrite: false });
        back.deleteFile(copy);
      }
      return vscode.workspace.applyEdit(back);
    },
  };
}

/** Renames with a WorkspaceEdit, so that open editors follow. */
async function rename(from: vscode.Uri, to: vscode.Uri): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.renameFile(from, to, { overwrite: false });
  if (!(await vscode.workspace.applyEdit(edit))) throw notRenamed(from, to);
}

function notRenamed(from: vscode.Uri, to: vscode.Uri): PairLensError {
  return new PairLensError(
    'write-failed',
    vscode.l10n.t('{0} could not be renamed to {1}.', from.fsPath, baseName(to.path)),
    { path: from.fsPath, remedy: vscode.l10n.t('Check that there is no file of that name.') },
  );
}

function refuseUnsaved(file: vscode.Uri): void {
  if (!isUnsaved(file)) return;
  throw new PairLensError(
    'write-failed',
    vscode.l10n.t('{0} has unsaved changes, so nothing was done.', file.fsPath),
    { path: file.fsPath, remedy: vscode.l10n.t('Save or revert it, and try again.') },
  );
}

function isUnsaved(file: vscode.Uri): boolean {
  return vscode.workspace.textDocuments.some(
    ({ uri, isDirty }) => isDirty && uri.toString() === file.toString(),
  );
}

function areSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

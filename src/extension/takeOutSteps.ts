import * as vscode from 'vscode';
import type { z } from 'zod';
import { PairLensError } from '../core/errors.ts';
import type { REQUESTS } from '../protocol/serverApi.ts';
import { type AppliedEdit, applyEdit } from './applyEdit.ts';
import { exists, nameOf } from './workspaceFiles.ts';

/** What takes images out of their dataset, as the server plans it. */
export type TakeOutPlan = z.output<(typeof REQUESTS)['takeOut']['result']>;

/** Whether files can be put into the wastebasket: that of the machine that VS Code's window is on. */
export function hasWastebasket(): boolean {
  const isLocal =
    vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  return (
    isLocal && vscode.workspace.getConfiguration('files').get<boolean>('enableTrash') !== false
  );
}

/** Undoes one step. */
type Back = () => Promise<void>;

/**
 * Takes images and what belongs to them out of their dataset. If a file cannot be moved, everything is as before.
 * @param useTrash puts the files into the wastebasket; else they are moved where the plan says
 * @throws PairLensError `write-failed`.
 */
export async function takeOutFiles(
  plan: TakeOutPlan,
  useTrash: boolean,
  words: Pick<AppliedEdit, 'label' | 'done'>,
): Promise<AppliedEdit> {
  const backs: Back[] = [];
  try {
    if (plan.edit !== null) {
      const applied = await applyEdit(plan.edit);
      if (applied !== undefined) backs.push(() => refusing(applied));
    }
    for (const { from, to } of plan.moves) {
      backs.push(await moved(vscode.Uri.parse(from), vscode.Uri.parse(to), useTrash));
    }
    for (const { uri, text } of useTrash ? [] : plan.creations) {
      const file = vscode.Uri.parse(uri);
      await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
      backs.push(async () => vscode.workspace.fs.delete(file));
    }
  } catch (error) {
    await takeBack(backs);
    throw PairLensError.is(error) ? error : failed(error);
  }
  return {
    ...words,
    file: undefined,
    takeBack: () =>
      takeBack(backs).then(
        () => true,
        () => false,
      ),
  };
}

async function moved(from: vscode.Uri, to: vscode.Uri, useTrash: boolean): Promise<Back> {
  const { fs } = vscode.workspace;
  if (!useTrash) {
    await fs.createDirectory(vscode.Uri.joinPath(to, '..'));
    await fs.rename(from, to, { overwrite: false });
    return async () => fs.rename(to, from, { overwrite: false });
  }
  // The wastebasket cannot be asked to give a file back.
  const bytes = await fs.readFile(from);
  await fs.delete(from, { useTrash: true });
  return async () => {
    if (await exists(from)) throw failed(from.fsPath);
    await fs.writeFile(from, bytes);
  };
}

async function takeBack(backs: readonly Back[]): Promise<void> {
  for (const back of [...backs].reverse()) await back();
}

async function refusing(applied: AppliedEdit): Promise<void> {
  if (!(await applied.takeBack())) throw failed(applied.file?.fsPath ?? '');
}

function failed(cause: unknown): PairLensError {
  const what = cause instanceof Error ? cause.message : String(cause);
  return new PairLensError(
    'write-failed',
    vscode.l10n.t('Not all files could be moved, so nothing was changed: {0}', what),
    { remedy: vscode.l10n.t('Check that the files may be moved, and try again.') },
  );
}

/** Files named in a question. */
const NAMED = 12;

/** Shows which files are to be moved, and asks. */
export async function confirmTakeOut(
  plan: TakeOutPlan,
  useTrash: boolean,
  question: string,
): Promise<boolean> {
  const names = plan.moves.map(({ from }) => nameOf(from));
  const more = names.length - NAMED;
  const tables = plan.edit?.documents.map(({ uri }) => nameOf(uri)) ?? [];
  const place = plan.moves[0]?.to;
  const detail = [
    ...names.slice(0, NAMED),
    ...(more > 0 ? [vscode.l10n.t('and {0} more files', more)] : []),
    ...(tables.length > 0
      ? [vscode.l10n.t('Their rows are taken out of {0}.', tables.join(', '))]
      : []),
    ...plan.left,
    useTrash || place === undefined
      ? vscode.l10n.t('They go to the wastebasket. Undo here writes them again.')
      : vscode.l10n.t('They go to {0}. Undo here moves them back.', folderOf(place)),
  ].join('\n');
  const yes = useTrash ? vscode.l10n.t('Move to Wastebasket') : vscode.l10n.t('Move');
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

function folderOf(uri: string): string {
  return vscode.workspace.asRelativePath(vscode.Uri.joinPath(vscode.Uri.parse(uri), '..'));
}

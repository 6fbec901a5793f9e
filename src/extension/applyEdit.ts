import * as vscode from 'vscode';
import { PairLensError } from '../core/errors.ts';
import { fixTextsSchema, type WireEdit } from '../protocol/serverApi.ts';
import { textHash } from '../protocol/textHash.ts';
import { toRange } from './positions.ts';

/** Result of `applyEdit`, with its undo function. */
export interface AppliedEdit {
  readonly label: string;
  /** Undoes the edit. False, without a change, if the text was changed since. */
  takeBack(): Promise<boolean>;
}

/**
 * Applies an edit of the server as one undo step. Files without unsaved changes are saved afterwards, because a button
 * in a view is expected to change the dataset; files with unsaved changes stay unsaved.
 * @throws PairLensError `write-failed` if a document has another text than the edit was computed for.
 */
export async function applyEdit(wire: WireEdit): Promise<AppliedEdit> {
  const edit = new vscode.WorkspaceEdit();
  for (const uri of wire.create) {
    edit.createFile(vscode.Uri.parse(uri), { ignoreIfExists: true });
  }
  const before = new Map<string, { readonly text: string; readonly dirty: boolean }>();
  const created = new Set(wire.create);
  for (const { uri, version, textHash: hash, edits } of wire.documents) {
    const target = vscode.Uri.parse(uri);
    if (!created.has(uri)) {
      const document = await vscode.workspace.openTextDocument(target);
      // A file that was not open may have been written since, or opened with another encoding.
      if ((await textHash(document.getText())) !== hash) throw outdated(target);
      if (version !== null && document.version !== version) throw outdated(target);
      before.set(uri, { text: document.getText(), dirty: document.isDirty });
    }
    edit.set(
      target,
      edits.map(({ range, newText }) => vscode.TextEdit.replace(toRange(range), newText)),
    );
  }
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw outdated(vscode.Uri.parse(wire.documents[0]?.uri ?? wire.create[0] ?? ''));
  }
  const after = new Map<string, string>();
  for (const { uri } of wire.documents) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
    after.set(uri, document.getText());
    if (before.get(uri)?.dirty !== true) await save(document);
  }
  return { label: wire.label, takeBack: () => takeBack(wire, before, after) };
}

/**
 * Rejects a quick fix that was computed for another text than the editor shows; VS Code does not check this.
 * @throws PairLensError `write-failed`.
 */
export async function refuseOutdated(action: vscode.CodeAction): Promise<void> {
  const known = fixTextsSchema.safeParse('data' in action ? action.data : undefined);
  for (const { uri, textHash: hash } of known.data?.texts ?? []) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
    if ((await textHash(document.getText())) !== hash) throw outdated(document.uri);
  }
}

async function takeBack(
  wire: WireEdit,
  before: ReadonlyMap<string, { readonly text: string; readonly dirty: boolean }>,
  after: ReadonlyMap<string, string>,
): Promise<boolean> {
  const edit = new vscode.WorkspaceEdit();
  for (const { uri } of wire.documents) {
    const target = vscode.Uri.parse(uri);
    const document = await vscode.workspace.openTextDocument(target);
    if (document.getText() !== after.get(uri)) return false;
    const old = before.get(uri);
    if (old === undefined) edit.deleteFile(target, { ignoreIfNotExists: true });
    else edit.replace(target, changedRange(document, old.text), oldPart(document, old.text));
  }
  if (!(await vscode.workspace.applyEdit(edit))) return false;
  for (const [uri, { dirty }] of before) {
    if (!dirty) await save(await vscode.workspace.openTextDocument(vscode.Uri.parse(uri)));
  }
  return true;
}

/** Lengths of the common prefix and suffix of two texts, so that undo replaces only what differs. */
function difference(now: string, old: string): { readonly head: number; readonly tail: number } {
  const most = Math.min(now.length, old.length);
  let head = 0;
  while (head < most && now[head] === old[head]) head++;
  let tail = 0;
  while (tail < most - head && now.at(-1 - tail) === old.at(-1 - tail)) tail++;
  return { head, tail };
}

function changedRange(document: vscode.TextDocument, old: string): vscode.Range {
  const now = document.getText();
  const { head, tail } = difference(now, old);
  return new vscode.Range(document.positionAt(head), document.positionAt(now.length - tail));
}

function oldPart(document: vscode.TextDocument, old: string): string {
  const { head, tail } = difference(document.getText(), old);
  return old.slice(head, old.length - tail);
}

async function save(document: vscode.TextDocument): Promise<void> {
  if (!document.isDirty || (await document.save())) return;
  throw new PairLensError(
    'write-failed',
    vscode.l10n.t('{0} could not be saved.', document.uri.fsPath),
    {
      path: document.uri.fsPath,
      remedy: vscode.l10n.t('Check that it may be written; the change is in the editor.'),
    },
  );
}

function outdated(uri: vscode.Uri): PairLensError {
  return new PairLensError(
    'write-failed',
    vscode.l10n.t('{0} was changed in the meantime, so nothing was done.', uri.fsPath),
    { path: uri.fsPath, remedy: vscode.l10n.t('Try again.') },
  );
}

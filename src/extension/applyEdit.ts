import type { WireEdit } from '../protocol/workspaceEdit.ts';
import * as vscode from 'vscode';
import { PairLensError } from '../core/errors.ts';
import { textHash } from '../protocol/textHash.ts';
import { editedText, toRange } from './positions.ts';

/** An applied edit, with its undo function. */
export interface AppliedEdit {
  /** The undo step: "Change the caption of koala.jpg". */
  readonly label: string;
  /** The message: "Caption of koala.jpg replaced." */
  readonly done: string;
  /** The first changed file. */
  readonly file: vscode.Uri | undefined;
  /** Whether the user left out some of the changes that were shown first. */
  readonly partly?: boolean;
  /** Undoes the edit. False, without a change, if the text was changed since. */
  takeBack(): Promise<boolean>;
}

/** A text that an edit applies to; see `workspaceEditSchema`. */
interface EditedText {
  readonly uri: string;
  readonly textHash: string;
}

interface TextBefore {
  readonly text: string;
  readonly dirty: boolean;
}

/** The texts of an edit's files before the edit. */
export class BeforeEdit {
  readonly #texts: ReadonlyMap<string, TextBefore>;
  readonly #created: readonly string[];

  private constructor(texts: ReadonlyMap<string, TextBefore>, created: readonly string[]) {
    this.#texts = texts;
    this.#created = created;
  }

  /**
   * @param create files that the edit creates
   * @throws PairLensError `write-failed` if a document has another text than the edit was computed for.
   */
  static async of(texts: readonly EditedText[], create: readonly string[]): Promise<BeforeEdit> {
    const before = new Map<string, TextBefore>();
    for (const { uri, textHash: hash } of texts) {
      if (create.includes(uri)) continue;
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
      // A file that was not open may have been written since, or opened with another encoding.
      if ((await textHash(document.getText())) !== hash) throw outdated(document.uri);
      before.set(uri, { text: document.getText(), dirty: document.isDirty });
    }
    return new BeforeEdit(before, create);
  }

  /** To be called after the edit: saves the files that had no unsaved changes before it. */
  async made({ label, done }: Pick<AppliedEdit, 'label' | 'done'>): Promise<AppliedEdit> {
    const after = new Map<string, string>();
    const files = [...this.#texts.keys(), ...this.#created];
    for (const uri of files) {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
      after.set(uri, document.getText());
      if (this.#texts.get(uri)?.dirty !== true) await save(document);
    }
    const [first] = files;
    const file = first === undefined ? undefined : vscode.Uri.parse(first);
    return { label, done, file, takeBack: () => this.#takeBack(after) };
  }

  async #takeBack(after: ReadonlyMap<string, string>): Promise<boolean> {
    const edit = new vscode.WorkspaceEdit();
    for (const [uri, written] of after) {
      const target = vscode.Uri.parse(uri);
      const document = await vscode.workspace.openTextDocument(target);
      if (document.getText() !== written) return false;
      const old = this.#texts.get(uri);
      if (old === undefined) edit.deleteFile(target, { ignoreIfNotExists: true });
      else edit.replace(target, changedRange(document, old.text), oldPart(document, old.text));
    }
    if (!(await vscode.workspace.applyEdit(edit))) return false;
    for (const [uri, { dirty }] of this.#texts) {
      if (!dirty) await save(await vscode.workspace.openTextDocument(vscode.Uri.parse(uri)));
    }
    return true;
  }
}

/**
 * Applies an edit of the server as one undo step. Files without unsaved changes are saved afterwards, because a fix
 * is expected to change the dataset; files with unsaved changes stay unsaved.
 * @param preview whether VS Code shows the change first and asks for confirmation
 * @returns undefined if the user did not confirm.
 * @throws PairLensError `write-failed` if a document has another text than the edit was computed for.
 */
export async function applyEdit(wire: WireEdit, preview = false): Promise<AppliedEdit | undefined> {
  const edit = new vscode.WorkspaceEdit();
  const metadata = preview ? askFor(edit, wire) : undefined;
  for (const uri of wire.create) {
    edit.createFile(vscode.Uri.parse(uri), { ignoreIfExists: true });
  }
  const before = await BeforeEdit.of(wire.documents, wire.create);
  const expected = new Map<string, string>();
  for (const { uri, version, edits } of wire.documents) {
    const target = vscode.Uri.parse(uri);
    if (version !== null && !wire.create.includes(uri)) {
      const document = await vscode.workspace.openTextDocument(target);
      if (document.version !== version) throw outdated(target);
    }
    const placed = edits.map(({ range, newText }) => ({ range: toRange(range), newText }));
    for (const { range, newText } of placed) edit.replace(target, range, newText, metadata);
    if (preview && !wire.create.includes(uri)) {
      expected.set(uri, editedText(await vscode.workspace.openTextDocument(target), placed));
    }
  }
  if (!(await vscode.workspace.applyEdit(edit))) {
    if (preview) return undefined;
    throw outdated(vscode.Uri.parse(wire.documents[0]?.uri ?? wire.create[0] ?? ''));
  }
  const applied = await before.made(wire);
  if (!(await isOther(expected))) return applied;
  const done = vscode.l10n.t('Only the ticked changes were made.');
  return { ...applied, done, partly: true };
}

/** Whether a document has another text than expected: VS Code does not tell which changes were left out of a preview. */
async function isOther(expected: ReadonlyMap<string, string>): Promise<boolean> {
  for (const [uri, text] of expected) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
    if (withLf(document.getText()) !== withLf(text)) return true;
  }
  return false;
}

/** VS Code gives what it inserts the line ends of the document. */
function withLf(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/**
 * Makes VS Code preview an edit, with all its changes ticked. It ticks only those that need no confirmation, and previews an edit
 * if any of its changes needs one: so that one is the creation of a file that exists, which does nothing and is not shown.
 * @returns the metadata of the other changes
 */
function askFor(
  edit: vscode.WorkspaceEdit,
  { label, create, documents }: WireEdit,
): vscode.WorkspaceEditEntryMetadata {
  const existing = documents.find(({ uri }) => !create.includes(uri));
  if (existing === undefined) return { label, needsConfirmation: true };
  const uri = vscode.Uri.parse(existing.uri);
  edit.createFile(uri, { ignoreIfExists: true }, { label, needsConfirmation: true });
  return { label, needsConfirmation: false };
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

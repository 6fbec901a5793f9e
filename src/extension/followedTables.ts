import * as vscode from 'vscode';
import { editedText } from './positions.ts';

/**
 * Saves the tables whose rows follow images that are renamed, moved or deleted: VS Code itself leaves them unsaved. A table
 * with unsaved changes of the user stays unsaved. Undo and redo are saved, too.
 */
export class FollowedTables implements vscode.Disposable {
  /** Texts that were or are to be saved, by URI of the document. */
  readonly #texts = new Map<string, Set<string>>();
  readonly #subscriptions: vscode.Disposable;

  constructor() {
    this.#subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidRenameFiles(() => this.#saveAll()),
      vscode.workspace.onDidDeleteFiles(() => this.#saveAll()),
      // An event without changes: the document has become dirty, which is known only after its text has changed.
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges, reason }) => {
        if (reason !== undefined || contentChanges.length === 0) void this.#save(document);
      }),
    );
  }

  /** Must be called with the edit before VS Code makes it. */
  async expect(edit: vscode.WorkspaceEdit): Promise<void> {
    for (const [uri, edits] of edit.entries()) {
      if (edits.length === 0) continue;
      const document = await vscode.workspace.openTextDocument(uri);
      if (document.isDirty) continue;
      const key = uri.toString();
      const known = this.#texts.get(key) ?? new Set();
      const before = document.getText();
      this.#texts.set(key, known.add(before).add(editedText(document, edits)));
    }
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #saveAll(): void {
    for (const document of vscode.workspace.textDocuments) void this.#save(document);
  }

  async #save(document: vscode.TextDocument): Promise<void> {
    const texts = this.#texts.get(document.uri.toString());
    if (document.isDirty && texts?.has(document.getText()) === true) await document.save();
  }
}

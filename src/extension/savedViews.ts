import * as vscode from 'vscode';
import { z } from 'zod';
import { type SavedView, savedViewSchema } from '../protocol/webviewApi.ts';

/** Place of the views in the state of the workspace. */
const KEY = 'views';

/** Queries of Browse Dataset that the user named. They are the user's own and stay with the workspace, not in the dataset's folder. */
export class SavedViews {
  readonly #state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  /** By name. */
  get all(): SavedView[] {
    const kept = z.array(savedViewSchema).safeParse(this.#state.get(KEY));
    return kept.success ? kept.data : [];
  }

  /** Asks for a name and keeps the query by it, in place of an earlier one of that name. Nothing is kept without a name. */
  async save(query: string): Promise<void> {
    const { l10n } = vscode;
    const known = new Set(this.all.map(({ name }) => name));
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
    const others = this.all.filter((view) => view.name !== name);
    const views = [...others, { name, query }].sort((a, b) => a.name.localeCompare(b.name));
    await this.#state.update(KEY, views);
  }

  async remove(name: string): Promise<void> {
    await this.#state.update(
      KEY,
      this.all.filter((view) => view.name !== name),
    );
  }
}

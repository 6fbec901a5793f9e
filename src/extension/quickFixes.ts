import * as vscode from 'vscode';
import { CLIENT_COMMANDS, SERVER_COMMANDS } from '../protocol/commands.ts';
import { fixTextsSchema } from '../protocol/workspaceEdit.ts';
import { type AppliedEdit, BeforeEdit } from './applyEdit.ts';
import type { CommandId } from './commandIds.ts';
import { showFailure } from './showFailure.ts';

/** Command that VS Code runs after the edit of a quick fix; its argument is the number of the fix. */
export const FIX_MADE = 'pairlens.fixMade' satisfies CommandId;

/** Limit for resolved fixes whose edit was not applied, for example because the preview was closed. */
const MOST_PICKED = 100;

interface TakenFix {
  readonly before: BeforeEdit;
  readonly words: Pick<AppliedEdit, 'label' | 'done'>;
}

/**
 * Quick fixes of the server, which VS Code applies. Records the texts before each edit, so that `Actions` can save,
 * report and undo it like other edits.
 */
export class QuickFixes {
  readonly #numbers = new WeakMap<vscode.CodeAction, number>();
  readonly #taken = new Map<number, TakenFix>();
  #count = 0;

  /** Adds the command `FIX_MADE` to actions that have no command. */
  offered(actions: readonly (vscode.CodeAction | vscode.Command)[]): void {
    for (const action of actions) {
      if (!(action instanceof vscode.CodeAction) || action.command !== undefined) continue;
      const number = ++this.#count;
      this.#numbers.set(action, number);
      action.command = { command: FIX_MADE, title: action.title, arguments: [number] };
    }
  }

  /** Records the texts of a selected fix. Removes its edit, and shows an error, if a document has another text. */
  async picked(action: vscode.CodeAction, resolved: vscode.CodeAction): Promise<vscode.CodeAction> {
    const facts = fixTextsSchema.safeParse('data' in resolved ? resolved.data : undefined);
    const number = this.#numbers.get(action);
    if (!facts.success) return resolved;
    try {
      const { label, done, texts, create } = facts.data;
      const before = await BeforeEdit.of(texts, create);
      if (number !== undefined) this.#taken.set(number, { before, words: { label, done } });
      for (const old of this.#taken.keys()) {
        if (this.#taken.size > MOST_PICKED) this.#taken.delete(old);
      }
    } catch (error) {
      showFailure(error);
      delete resolved.edit;
    }
    return resolved;
  }

  /** The applied edit of a fix; undefined if its edit was removed. */
  async made(number: unknown): Promise<AppliedEdit | undefined> {
    const taken = typeof number === 'number' ? this.#taken.get(number) : undefined;
    if (taken === undefined) return undefined;
    this.#taken.delete(Number(number));
    return taken.before.made(taken.words);
  }
}

/** Server commands that the client runs itself, so that they can be undone. */
const OWN: ReadonlyMap<string, string> = new Map([
  [SERVER_COMMANDS.decide, CLIENT_COMMANDS.decide.command],
  [SERVER_COMMANDS.saveAsUtf8, CLIENT_COMMANDS.saveAsUtf8.command],
]);

/** Runs a server command on the client, if it is one of these; else undefined. */
export function ownCommand(
  command: string,
  args: readonly unknown[],
): Thenable<unknown> | undefined {
  const own = OWN.get(command);
  return own === undefined ? undefined : vscode.commands.executeCommand(own, ...args);
}

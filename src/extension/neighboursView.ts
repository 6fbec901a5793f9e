import * as vscode from 'vscode';
import type { Target } from '../protocol/shapes.ts';
import type { PairRef } from '../protocol/shapes.ts';
import { currentTarget, onTargetChange } from './activeTarget.ts';
import type { WebviewHost } from './webviewHost.ts';
import type { WebviewPages } from './webviewPages.ts';

export const NEIGHBOURS_VIEW = 'pairlens.neighbours';

/** The neighbour browser in the sidebar; follows the active target. */
export class NeighboursView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #pages: WebviewPages;
  readonly #subscriptions: vscode.Disposable;
  #host: WebviewHost | undefined;
  #target: Target | undefined;

  constructor(pages: WebviewPages) {
    this.#pages = pages;
    this.#subscriptions = vscode.Disposable.from(
      vscode.window.registerWebviewViewProvider(NEIGHBOURS_VIEW, this),
      onTargetChange((target) => this.#setTarget(target)),
    );
  }

  async resolveWebviewView(view: vscode.WebviewView): Promise<void> {
    const { webview } = view;
    webview.options = this.#pages.options;
    const host = this.#pages.connect(webview, () => this.#post());
    this.#host = host;
    view.onDidDispose(() => {
      host.dispose();
      if (this.#host === host) this.#host = undefined;
    });
    await this.#pages.fill(webview, 'neighbours', vscode.l10n.t('Neighbours'));
  }

  /** Opens the view, at `target` if given. */
  async show(target?: Target): Promise<void> {
    if (target !== undefined) this.#setTarget(target);
    await vscode.commands.executeCommand(`${NEIGHBOURS_VIEW}.focus`);
  }

  /** Shows the neighbours of a pair if the view is open. */
  follow(pair: PairRef): void {
    this.#setTarget({ kind: 'pair', pair });
  }

  dispose(): void {
    this.#host?.dispose();
    this.#subscriptions.dispose();
  }

  #setTarget(target: Target): void {
    this.#target = target;
    this.#post();
  }

  #post(): void {
    this.#target ??= currentTarget();
    this.#host?.post({ event: 'target', target: this.#target ?? null });
  }
}

import * as vscode from 'vscode';
import type { Target } from '../protocol/serverApi.ts';
import type { Actions } from './actions.ts';
import { currentTarget, onTargetChange } from './focus.ts';
import type { ServerClient } from './serverClient.ts';
import { WebviewHost } from './webviewHost.ts';
import { pageHtml, webviewOptions } from './webviewPage.ts';

export const NEIGHBOURS_VIEW = 'pairlens.neighbours';

/** The neighbour browser in the sidebar: follows what the person looks at. */
export class NeighboursView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #client: ServerClient;
  readonly #actions: Actions;
  readonly #log: vscode.LogOutputChannel;
  readonly #subscriptions: vscode.Disposable[];
  #host: WebviewHost | undefined;
  #target: Target | undefined;

  constructor(
    extensionUri: vscode.Uri,
    client: ServerClient,
    actions: Actions,
    log: vscode.LogOutputChannel,
  ) {
    this.#extensionUri = extensionUri;
    this.#client = client;
    this.#actions = actions;
    this.#log = log;
    this.#subscriptions = [
      vscode.window.registerWebviewViewProvider(NEIGHBOURS_VIEW, this),
      onTargetChange((target) => this.#look(target)),
    ];
  }

  async resolveWebviewView(view: vscode.WebviewView): Promise<void> {
    const { webview } = view;
    webview.options = webviewOptions(this.#extensionUri);
    const host = new WebviewHost({
      webview,
      client: this.#client,
      actions: this.#actions,
      log: this.#log,
      onReady: () => this.#tell(),
    });
    this.#host = host;
    view.onDidDispose(() => {
      host.dispose();
      if (this.#host === host) this.#host = undefined;
    });
    webview.html = await pageHtml(
      webview,
      this.#extensionUri,
      'neighbours',
      vscode.l10n.t('Neighbours'),
    );
  }

  /** Opens the view and, with `target`, looks at that. */
  async show(target?: Target): Promise<void> {
    if (target !== undefined) this.#look(target);
    await vscode.commands.executeCommand(`${NEIGHBOURS_VIEW}.focus`);
  }

  dispose(): void {
    this.#host?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #look(target: Target): void {
    this.#target = target;
    this.#tell();
  }

  #tell(): void {
    this.#target ??= currentTarget();
    const status = this.#client.status;
    if (status !== undefined) this.#host?.post({ event: 'status', status });
    this.#host?.post({ event: 'target', target: this.#target ?? null });
  }
}

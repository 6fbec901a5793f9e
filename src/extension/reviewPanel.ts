import * as vscode from 'vscode';
import type { Actions } from './actions.ts';
import type { ServerClient } from './serverClient.ts';
import { WebviewHost } from './webviewHost.ts';
import { pageHtml, webviewOptions } from './webviewPage.ts';

const VIEW_TYPE = 'pairlens.review';

/** The review in an editor tab; there is one, and it survives a reload of the window. */
export class ReviewPanel implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #client: ServerClient;
  readonly #actions: Actions;
  readonly #log: vscode.LogOutputChannel;
  readonly #serializer: vscode.Disposable;
  #open: { readonly panel: vscode.WebviewPanel; readonly host: WebviewHost } | undefined;
  #finding: string | undefined;

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
    this.#serializer = vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this);
  }

  /** Opens the tab, or brings it to the front; with an id, at that finding. */
  async show(finding?: string): Promise<void> {
    this.#finding = finding;
    if (this.#open !== undefined) {
      this.#open.panel.reveal();
      this.#tell();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      vscode.l10n.t('Review'),
      vscode.ViewColumn.Active,
      webviewOptions(this.#extensionUri),
    );
    await this.#fill(panel);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    panel.webview.options = webviewOptions(this.#extensionUri);
    await this.#fill(panel);
  }

  dispose(): void {
    this.#open?.panel.dispose();
    this.#serializer.dispose();
  }

  async #fill(panel: vscode.WebviewPanel): Promise<void> {
    const { webview } = panel;
    const media = vscode.Uri.joinPath(this.#extensionUri, 'media');
    panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'review-light.svg'),
      dark: vscode.Uri.joinPath(media, 'review-dark.svg'),
    };
    const host = new WebviewHost({
      webview,
      client: this.#client,
      actions: this.#actions,
      log: this.#log,
      onReady: () => this.#tell(),
    });
    this.#open = { panel, host };
    panel.onDidDispose(() => {
      host.dispose();
      if (this.#open?.panel === panel) this.#open = undefined;
    });
    webview.html = await pageHtml(webview, this.#extensionUri, 'review', vscode.l10n.t('Review'));
  }

  #tell(): void {
    const host = this.#open?.host;
    const status = this.#client.status;
    if (status !== undefined) host?.post({ event: 'status', status });
    if (this.#finding === undefined) return;
    host?.post({ event: 'showFinding', id: this.#finding });
    this.#finding = undefined;
  }
}

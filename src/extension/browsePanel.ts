import * as vscode from 'vscode';
import type { WebviewHost } from './webviewHost.ts';
import type { WebviewPages } from './webviewPages.ts';

const VIEW_TYPE = 'pairlens.browse';

/** The grid of all pairs in an editor tab: a single one, restored after a window reload. */
export class BrowsePanel implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #pages: WebviewPages;
  readonly #serializer: vscode.Disposable;
  #open: { readonly panel: vscode.WebviewPanel; readonly host: WebviewHost } | undefined;

  constructor(pages: WebviewPages) {
    this.#pages = pages;
    this.#serializer = vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this);
  }

  /** Opens or reveals the tab. */
  async show(): Promise<void> {
    if (this.#open !== undefined) {
      this.#open.panel.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      vscode.l10n.t('Browse Dataset'),
      vscode.ViewColumn.Active,
      this.#pages.options,
    );
    await this.#fill(panel);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    panel.webview.options = this.#pages.options;
    await this.#fill(panel);
  }

  dispose(): void {
    this.#open?.panel.dispose();
    this.#serializer.dispose();
  }

  async #fill(panel: vscode.WebviewPanel): Promise<void> {
    const media = vscode.Uri.joinPath(this.#pages.extensionUri, 'media');
    panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'review-light.svg'),
      dark: vscode.Uri.joinPath(media, 'review-dark.svg'),
    };
    const host = this.#pages.connect(panel.webview, () => undefined);
    this.#open = { panel, host };
    panel.onDidDispose(() => {
      host.dispose();
      if (this.#open?.panel === panel) this.#open = undefined;
    });
    await this.#pages.fill(panel.webview, 'browse', vscode.l10n.t('Browse Dataset'));
  }
}

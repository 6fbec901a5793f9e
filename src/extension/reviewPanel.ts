import * as vscode from 'vscode';
import type { WebviewHost } from './webviewHost.ts';
import type { WebviewPages } from './webviewPages.ts';

const VIEW_TYPE = 'pairlens.review';

/** The review in an editor tab: a single one, restored after a window reload. */
export class ReviewPanel implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #pages: WebviewPages;
  readonly #serializer: vscode.Disposable;
  #open: { readonly panel: vscode.WebviewPanel; readonly host: WebviewHost } | undefined;
  #finding: string | undefined;

  constructor(pages: WebviewPages) {
    this.#pages = pages;
    this.#serializer = vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this);
  }

  /** Opens or reveals the tab. @param finding ID of the finding to show. */
  async show(finding?: string): Promise<void> {
    this.#finding = finding;
    if (this.#open !== undefined) {
      this.#open.panel.reveal();
      this.#post();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      vscode.l10n.t('Review'),
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
    const { webview } = panel;
    const media = vscode.Uri.joinPath(this.#pages.extensionUri, 'media');
    panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'review-light.svg'),
      dark: vscode.Uri.joinPath(media, 'review-dark.svg'),
    };
    const host = this.#pages.connect(webview, () => this.#post());
    this.#open = { panel, host };
    panel.onDidDispose(() => {
      host.dispose();
      if (this.#open?.panel === panel) this.#open = undefined;
    });
    await this.#pages.fill(webview, 'review', vscode.l10n.t('Review'));
  }

  #post(): void {
    if (this.#finding === undefined) return;
    this.#open?.host.post({ event: 'showFinding', id: this.#finding });
    this.#finding = undefined;
  }
}

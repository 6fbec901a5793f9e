import * as vscode from 'vscode';
import type { HostEvent } from '../protocol/webviewApi.ts';
import type { PageName } from './webviewHtml.ts';
import type { WebviewHost } from './webviewHost.ts';
import type { WebviewPages } from './webviewPages.ts';

/** What is shown in the tab. */
export interface EditorPageOptions {
  readonly page: PageName;
  readonly title: string;
}

/** A page in an editor tab: a single one, restored after a window reload. */
export class EditorPage implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #pages: WebviewPages;
  readonly #options: EditorPageOptions;
  readonly #viewType: string;
  readonly #serializer: vscode.Disposable;
  #open: { readonly panel: vscode.WebviewPanel; readonly host: WebviewHost } | undefined;
  /** Whether the page is loaded and listens: VS Code unloads a page that is hidden. */
  #listens = false;
  /** To be sent when it does. */
  #event: HostEvent | undefined;

  constructor(pages: WebviewPages, options: EditorPageOptions) {
    this.#pages = pages;
    this.#options = options;
    this.#viewType = `pairlens.${options.page}`;
    this.#serializer = vscode.window.registerWebviewPanelSerializer(this.#viewType, this);
  }

  /** Opens or reveals the tab. @param event sent to the page as soon as it is ready */
  async show(event?: HostEvent): Promise<void> {
    this.#event = event;
    if (this.#open !== undefined) {
      this.#open.panel.reveal();
      this.#post();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      this.#viewType,
      this.#options.title,
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
    this.#listens = false;
    const host = this.#pages.connect(
      panel.webview,
      () => {
        this.#listens = true;
        this.#post();
      },
      () => {
        if (panel.active) panel.reveal();
      },
    );
    this.#open = { panel, host };
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.#listens = false;
    });
    panel.onDidDispose(() => {
      host.dispose();
      if (this.#open?.panel === panel) this.#open = undefined;
    });
    await this.#pages.fill(panel.webview, this.#options.page, this.#options.title);
  }

  #post(): void {
    if (this.#event === undefined || !this.#listens) return;
    this.#open?.host.post(this.#event);
    this.#event = undefined;
  }
}

import type * as vscode from 'vscode';
import type { PairRef } from '../protocol/shapes.ts';
import type { Actions } from './actions.ts';
import type { ServerClient } from './serverClient.ts';
import { WebviewHost } from './webviewHost.ts';
import { pageHtml, webviewOptions, type PageName } from './webviewHtml.ts';

/** Loads pages into webviews and connects each to the server and the user actions. */
export class WebviewPages {
  readonly extensionUri: vscode.Uri;
  /** Options to set on a webview before `fill`. */
  readonly options: vscode.WebviewOptions;
  /** Called with the pair that a page shows. */
  onFollow: ((pair: PairRef) => void) | undefined;
  /** Called with the query whose pairs a page wants to be shown; `first`: the page of the first of them. */
  onBrowse: ((query: string, first: boolean) => Promise<void>) | undefined;
  readonly #client: ServerClient;
  readonly #actions: Actions;
  readonly #log: vscode.LogOutputChannel;

  constructor(
    extensionUri: vscode.Uri,
    client: ServerClient,
    actions: Actions,
    log: vscode.LogOutputChannel,
  ) {
    this.extensionUri = extensionUri;
    this.options = webviewOptions(extensionUri);
    this.#client = client;
    this.#actions = actions;
    this.#log = log;
  }

  /**
   * Creates the webview's host; call it before `fill`.
   * @param onReady the page can receive events
   * @param onAsked a question took the focus from the page
   */
  connect(
    webview: vscode.Webview,
    onReady: () => void,
    onAsked: () => void = () => undefined,
  ): WebviewHost {
    return new WebviewHost({
      webview,
      client: this.#client,
      actions: this.#actions,
      log: this.#log,
      onReady,
      onAsked,
      onFollow: (pair) => this.onFollow?.(pair),
      onBrowse: async (query, first) => this.onBrowse?.(query, first),
    });
  }

  /** Loads a page into a connected webview. */
  async fill(webview: vscode.Webview, page: PageName, title: string): Promise<void> {
    webview.html = await pageHtml(webview, this.extensionUri, page, title);
  }
}

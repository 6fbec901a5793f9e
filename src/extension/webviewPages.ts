import type * as vscode from 'vscode';
import type { Actions } from './actions.ts';
import type { ServerClient } from './serverClient.ts';
import { WebviewHost } from './webviewHost.ts';
import { pageHtml, webviewOptions, type PageName } from './webviewHtml.ts';

/** Fills webviews with our pages and joins each to the server and to what people can do. */
export class WebviewPages {
  readonly extensionUri: vscode.Uri;
  /** What every webview needs before it is filled. */
  readonly options: vscode.WebviewOptions;
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

  /** The host's end of a webview's wire, to be there before the page is. `onReady`: tell it what to show. */
  connect(webview: vscode.Webview, onReady: () => void): WebviewHost {
    return new WebviewHost({
      webview,
      client: this.#client,
      actions: this.#actions,
      log: this.#log,
      onReady,
    });
  }

  /** Loads a page into a connected webview. */
  async fill(webview: vscode.Webview, page: PageName, title: string): Promise<void> {
    webview.html = await pageHtml(webview, this.extensionUri, page, title);
  }
}

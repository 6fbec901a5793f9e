import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { z } from 'zod';
import { webviewHtml, type WebviewPage } from '../protocol/webviewPage.ts';

/** The pages of `dist/webview`; each is one script, one style sheet and one custom element. */
export type PageName = WebviewPage['name'];

const stringsSchema = z.record(z.string(), z.unknown());

/** Options every webview of ours has: it may load from `dist/webview` and nothing else. */
export function webviewOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return {
    enableScripts: true,
    localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist', 'webview')],
  };
}

/** The page's HTML. Thumbnails come over the wire as data URIs, so that remote windows show them too. */
export async function pageHtml(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  page: PageName,
  title: string,
): Promise<string> {
  const resource = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', 'webview', name)).toString();
  return webviewHtml({
    name: page,
    title,
    locale: vscode.env.language,
    nonce: randomBytes(16).toString('base64'),
    cspSource: webview.cspSource,
    scriptUri: resource(`${page}.js`),
    styleUri: resource(`${page}.css`),
    strings: await strings(),
  });
}

/** VS Code's bundle of the person's language, for the page's own texts; undefined for English. */
async function strings(): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { uri, bundle } = vscode.l10n;
  if (bundle !== undefined) return bundle;
  if (uri === undefined) return undefined;
  const contents: unknown = JSON.parse(
    new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)),
  );
  return stringsSchema.parse(contents);
}

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { z } from 'zod';
import { webviewHtml, type WebviewPage } from '../protocol/webviewPage.ts';

/** Pages of `dist/webview`: each has one script, one style sheet and one custom element. */
export type PageName = WebviewPage['name'];

const stringsSchema = z.record(z.string(), z.unknown());

/** Webview options: resources are loaded from `dist/webview` only. */
export function webviewOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return {
    enableScripts: true,
    localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist', 'webview')],
  };
}

/** The page's HTML. Thumbnails arrive as data URIs, which also work in remote windows. */
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

/** The l10n bundle of VS Code's display language; undefined for English. */
async function strings(): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { uri, bundle } = vscode.l10n;
  if (bundle !== undefined) return bundle;
  if (uri === undefined) return undefined;
  const contents: unknown = JSON.parse(
    new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)),
  );
  return stringsSchema.parse(contents);
}

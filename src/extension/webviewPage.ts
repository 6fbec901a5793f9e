import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The pages of `dist/webview`; each is one script, one style sheet and one custom element. */
export type PageName = 'neighbours' | 'review';

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
  const nonce = randomBytes(16).toString('base64');
  const resource = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', 'webview', name)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escaped(vscode.env.language)}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escaped(title)}</title>
    <link rel="stylesheet" href="${resource(`${page}.css`)}" id="vscode-codicon-stylesheet" />
  </head>
  <body>
    <pairlens-${page}></pairlens-${page}>
    <script type="application/json" id="pairlens-strings">${await strings()}</script>
    <script type="module" nonce="${nonce}" src="${resource(`${page}.js`)}"></script>
  </body>
</html>`;
}

/** VS Code's bundle of the person's language, for the page's own texts; nothing for English. */
async function strings(): Promise<string> {
  const { uri, bundle } = vscode.l10n;
  if (bundle === undefined && uri === undefined) return '{}';
  const contents: unknown =
    bundle ??
    (uri && JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri))));
  // In a script block only `<` can do harm.
  return JSON.stringify(contents).replaceAll('<', '\\u003c');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

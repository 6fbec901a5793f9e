/** Parts of a webview page; URIs must be webview URIs. */
export interface WebviewPage {
  readonly name: 'neighbours' | 'review' | 'browse' | 'statistics' | 'map';
  readonly title: string;
  /** BCP 47, for `<html lang>`. */
  readonly locale: string;
  /** Random, new for each page. */
  readonly nonce: string;
  /** `webview.cspSource`. */
  readonly cspSource: string;
  /** `dist/webview/<name>.js` and `.css`. */
  readonly scriptUri: string;
  readonly styleUri: string;
  /** The bundle of `vscode.l10n`; undefined for English. */
  readonly strings: Readonly<Record<string, unknown>> | undefined;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * The page's HTML. Its CSP allows one script (by nonce), the bundled style sheet and font, and images as data URIs;
 * no connections, inline styles or eval.
 */
export function webviewHtml(page: WebviewPage): string {
  const source = page.cspSource;
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${source}`,
    `font-src ${source}`,
    `img-src ${source} data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  // A JSON data block is not subject to script-src. `<` is escaped so that no text can close the element.
  const strings = JSON.stringify(page.strings ?? {}).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="${escaped(page.locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<title>${escaped(page.title)}</title>
<link rel="stylesheet" href="${escaped(page.styleUri)}">
</head>
<body class="pairlens-${page.name}">
<pairlens-${page.name}></pairlens-${page.name}>
<script type="application/json" id="pairlens-strings">${strings}</script>
<script nonce="${escaped(page.nonce)}" src="${escaped(page.scriptUri)}"></script>
</body>
</html>
`;
}

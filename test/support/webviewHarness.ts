import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { webviewHtml } from '../../src/protocol/webviewPage.ts';
import { openBrowser, type TestBrowser } from './browser.ts';
import type { ScriptedHost } from './scriptedHost.ts';
import themes from './themeVariables.json' with { type: 'json' };

const DIST = path.resolve(import.meta.dirname, '../../dist/webview');
const SOURCE = 'http://127.0.0.1';

export type Theme = keyof typeof themes;

export const THEMES = Object.keys(themes) as readonly Theme[];

const BODY_CLASS: Readonly<Record<Theme, string>> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  highContrast: 'vscode-high-contrast',
  highContrastLight: 'vscode-high-contrast vscode-high-contrast-light',
};

export interface OpenOptions {
  readonly name: 'neighbours' | 'review' | 'browse' | 'statistics' | 'map';
  readonly host: ScriptedHost;
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  readonly strings?: Readonly<Record<string, unknown>>;
  readonly locale?: string;
  /** What `getState` returns at first. */
  readonly state?: unknown;
  /** Whether `page.clock` rules the page's timers; until it is told otherwise time passes as always. */
  readonly ownClock?: boolean;
}

/** A page of the product as VS Code shows it: real bundle, real policy, theme variables, a host that answers. */
export interface OpenWebview {
  readonly page: Page;
  /** Breaches of the content security policy. */
  readonly violations: readonly string[];
  /** Errors that were thrown in the page. */
  readonly errors: readonly string[];
  /** What the page last gave `setState`. */
  readonly savedState: () => unknown;
  readonly close: () => Promise<void>;
}

export interface WebviewHarness {
  open(options: OpenOptions): Promise<OpenWebview>;
  /** Addresses beyond loopback that any page asked for. */
  readonly external: readonly string[];
  readonly consoleErrors: readonly string[];
  close(): Promise<void>;
}

/** What VS Code itself puts into every webview. */
const VSCODE_STYLES =
  'html { scrollbar-color: auto } body { overscroll-behavior-x: none; background-color: transparent; margin: 0; padding: 0 20px }';

/** Throws, with the command to run, where there is no bundle or no browser. */
export async function openHarness(): Promise<WebviewHarness> {
  if (!existsSync(path.join(DIST, 'review.js'))) {
    throw new Error('No dist/webview. Make it: npm run build');
  }
  const browser: TestBrowser = await openBrowser();
  const pages = new Map<string, string>();
  const server = createServer((request, response) => {
    const address = request.url ?? '/';
    const html = pages.get(address);
    if (html !== undefined) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
      return;
    }
    const file = path.join(DIST, path.basename(address));
    if (!existsSync(file)) {
      response.writeHead(address === '/favicon.ico' ? 204 : 404).end();
      return;
    }
    const types: Readonly<Record<string, string>> = {
      '.js': 'text/javascript; charset=utf-8',
      '.css': 'text/css; charset=utf-8',
      '.ttf': 'font/ttf',
    };
    response
      .writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' })
      .end(readFileSync(file));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `${SOURCE}:${(server.address() as AddressInfo).port}`;
  let opened = 0;

  return {
    external: browser.external,
    consoleErrors: browser.consoleErrors,
    async open(options) {
      const address = `/page-${++opened}`;
      pages.set(
        address,
        webviewHtml({
          name: options.name,
          title: 'PairLens',
          locale: options.locale ?? 'en',
          nonce: `nonce${opened}`,
          cspSource: origin,
          scriptUri: `${origin}/${options.name}.js`,
          styleUri: `${origin}/${options.name}.css`,
          strings: options.strings,
        }),
      );
      const page = await browser.newPage({
        width: options.width ?? 1280,
        height: options.height ?? 800,
      });
      const violations: string[] = [];
      const errors: string[] = [];
      let saved = options.state;
      page.on('pageerror', (error) => errors.push(error.message));
      await page.exposeFunction('pairlensViolation', (text: string) => violations.push(text));
      await page.exposeFunction('pairlensSave', (state: unknown) => {
        saved = state;
      });
      await page.exposeFunction('pairlensPost', (message: unknown) => {
        options.host.receive(message);
      });
      options.host.connect((message) => {
        page
          .evaluate((sent) => {
            (
              globalThis as unknown as { postMessage(message: unknown, target: string): void }
            ).postMessage(sent, '*');
          }, message)
          // The page may be gone before a late answer.
          .catch(() => undefined);
      });
      const theme = options.theme ?? 'dark';
      // The test runner's transpiler wraps functions in this helper, which the page does not have.
      await page.addInitScript('globalThis.__name = (target) => target');
      await page.addInitScript(prepare, {
        variables: themes[theme],
        bodyClass: BODY_CLASS[theme],
        styles: VSCODE_STYLES,
        state: options.state,
      });
      if (options.ownClock === true) await page.clock.install();
      await page.goto(origin + address);
      return {
        page,
        violations,
        errors,
        savedState: () => saved,
        close: () => page.context().close(),
      };
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

interface Preparation {
  readonly variables: Record<string, string>;
  readonly bodyClass: string;
  readonly styles: string;
  readonly state: unknown;
}

/** Runs in the page before anything of the page's own. */
function prepare({ variables, bodyClass, styles, state }: Preparation): void {
  const global = globalThis as unknown as {
    document: PageDocument;
    addEventListener(type: string, listener: (event: Record<string, string>) => void): void;
    pairlensViolation(text: string): void;
    pairlensSave(state: unknown): void;
    pairlensPost(message: unknown): void;
    acquireVsCodeApi: unknown;
    CSSStyleSheet: new () => { replaceSync(text: string): void };
  };
  let current = state;
  global.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => {
      global.pairlensPost(message);
    },
    getState: () => current,
    setState: (next: unknown) => {
      current = next;
      global.pairlensSave(next);
    },
  });
  global.addEventListener('securitypolicyviolation', (event) => {
    global.pairlensViolation(
      `${event['violatedDirective'] ?? ''}: ${event['blockedURI'] ?? ''} ${event['sample'] ?? ''}`,
    );
  });
  global.addEventListener('DOMContentLoaded', () => {
    for (const [name, value] of Object.entries(variables)) {
      global.document.documentElement.style.setProperty(name, value);
    }
    global.document.body.className += ` ${bodyClass}`;
    const sheet = new global.CSSStyleSheet();
    sheet.replaceSync(`@layer vscode { ${styles} }`);
    global.document.adoptedStyleSheets.push(sheet);
  });
}

interface PageDocument {
  documentElement: { style: { setProperty(name: string, value: string): void } };
  body: { className: string };
  adoptedStyleSheets: unknown[];
}

import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { PATIENCE_MS } from './eventually.ts';

/** A headless Chromium that notes what its pages tried to reach. */
export interface TestBrowser {
  readonly browser: Browser;
  /** Addresses beyond loopback that any page asked for, whatever came of it. */
  readonly external: readonly string[];
  /** Errors that pages wrote to their console, the newest last. */
  readonly consoleErrors: readonly string[];
  newPage(options?: PageOptions): Promise<Page>;
  close(): Promise<void>;
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Throws, with the command that installs it, where there is no Chromium. */
export async function openBrowser(): Promise<TestBrowser> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(`No browser at ${executablePath}. Install it: npm run setup:ide`);
  }
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
      // Chromium's own chatter must not be taken for the page's; what pages ask for is noted before it is looked up.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
  const external: string[] = [];
  const consoleErrors: string[] = [];
  const note = (address: string): void => {
    const { protocol, hostname } = new URL(address);
    if (/^(https?|wss?):$/.test(protocol) && !LOOPBACK.has(hostname)) external.push(address);
  };
  const watch = (context: BrowserContext): void => {
    context.on('request', (request) => note(request.url()));
    context.on('response', (response) => {
      // Files of webviews: addresses that VS Code makes up, and its service worker answers.
      if (!response.fromServiceWorker()) return;
      const at = external.indexOf(response.url());
      if (at >= 0) external.splice(at, 1);
    });
    context.on('console', (message) => {
      if (message.type() === 'error') consoleErrors.push(message.text());
    });
  };
  return {
    browser,
    external,
    consoleErrors,
    async newPage({ width = 1280, height = 800 } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      context.setDefaultTimeout(PATIENCE_MS);
      watch(context);
      const page = await context.newPage();
      page.on('websocket', (socket) => note(socket.url()));
      return page;
    },
    close: () => browser.close(),
  };
}

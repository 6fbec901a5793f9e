import type { Frame, FrameLocator, Page } from 'playwright-core';
import { EXTENSION_ID } from '../../support/product.ts';

/** Where a webview of the extension lives: in a view of the sidebar, or in an editor tab. */
export type WebviewPlace = 'view' | 'editor';

function outer(place: WebviewPlace): string {
  // VS Code's own image preview is a webview too.
  const ours = `iframe.webview.ready[src*="extensionId=${EXTENSION_ID}"]`;
  const view = '[src*="purpose=webviewView"]';
  return place === 'view' ? `${ours}${view}` : `${ours}:not(${view})`;
}

export function webviewFrame(page: Page, place: WebviewPlace): FrameLocator {
  return page.frameLocator(outer(place)).frameLocator('iframe#active-frame');
}

/** The frame itself, to run axe in. */
export async function webviewDocument(page: Page, place: WebviewPlace): Promise<Frame> {
  const handle = await page
    .frameLocator(outer(place))
    .locator('iframe#active-frame')
    .elementHandle();
  const frame = await handle.contentFrame();
  if (!frame) throw new Error('The webview has no document.');
  return frame;
}

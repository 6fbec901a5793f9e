import type { Locator, Page } from 'playwright-core';

/*
 * Looks into a page. The functions run there; Node's types know no DOM, hence the small shapes.
 */

/** Whether the element has the focus. */
export function isFocused(locator: Locator): Promise<boolean> {
  return locator.evaluate((node) =>
    (node as unknown as { matches(selector: string): boolean }).matches(':focus'),
  );
}

/** Whether the element or one inside it has the focus. */
export function holdsFocus(locator: Locator): Promise<boolean> {
  return locator.evaluate((node) =>
    (node as unknown as { matches(selector: string): boolean }).matches(':focus-within'),
  );
}

/** Waits until the text of the focused element contains `text`. */
export async function focusReaches(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      (
        globalThis as unknown as { document: { activeElement: { textContent: string } } }
      ).document.activeElement.textContent.includes(wanted),
    text,
  );
}

/** Makes the page believe that another part of the window has the focus. Returns whether it took it nevertheless, and gives it back. */
export async function focusElsewhere(
  page: Page,
): Promise<{ taken(): Promise<boolean>; back(): Promise<void> }> {
  await page.evaluate(`
    document.hasFocus = () => false;
    window.tookFocus = false;
    document.addEventListener('focusin', () => (window.tookFocus = true));
  `);
  return {
    taken: async () => (await page.evaluate('window.tookFocus')) === true,
    back: async () => {
      await page.evaluate(`delete document.hasFocus; window.dispatchEvent(new Event('focus'));`);
    },
  };
}

export function scrollTop(locator: Locator): Promise<number> {
  return locator.evaluate((node) => (node as unknown as { scrollTop: number }).scrollTop);
}

/** Scrolls the element; `share` is of its whole height. */
export async function scrollTo(
  locator: Locator,
  to: { px: number } | { share: number },
): Promise<void> {
  await locator.evaluate((node, wanted) => {
    const scroller = node as unknown as { scrollTop: number; scrollHeight: number };
    scroller.scrollTop = 'px' in wanted ? wanted.px : wanted.share * scroller.scrollHeight;
  }, to);
}

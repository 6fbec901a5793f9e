/**
 * Focuses an element because the page changed, not because of a key or click on it. Focusing an element of a frame takes
 * the focus from the rest of the window (and closes the command palette), so a page without the focus waits until it has it.
 */
export function followFocus(target: HTMLElement | null | undefined): void {
  if (target === null || target === undefined) return;
  if (document.hasFocus()) {
    target.focus();
    return;
  }
  window.addEventListener(
    'focus',
    () => {
      if (document.activeElement === document.body) target.focus();
    },
    { once: true },
  );
}

import type { KeyPlace } from './keys.ts';

/** Where the focus is when a key is pressed. */
export function placeOf(event: KeyboardEvent): KeyPlace {
  const [target] = event.composedPath();
  if (!(target instanceof HTMLElement)) return 'page';
  if (target.matches('textarea, input, select, [contenteditable]')) return 'field';
  return target.closest('button, a, [role="button"], vscode-button') === null ? 'page' : 'control';
}

/**
 * Roving tabindex: exactly one element of the group has tabindex 0. Elements are rendered with tabindex -1; call this
 * after each render.
 */
export function keepOneTabStop(elements: readonly HTMLElement[]): void {
  const current = elements.filter((element) => element.tabIndex === 0);
  const [stop, ...others] = current;
  for (const other of others) other.tabIndex = -1;
  if (stop === undefined && elements[0] !== undefined) elements[0].tabIndex = 0;
}

/** Moves the group's tab stop to `target` and focuses it. */
export function moveTabStop(elements: readonly HTMLElement[], target: HTMLElement): void {
  for (const element of elements) element.tabIndex = element === target ? 0 : -1;
  target.focus();
}

/** New index after an arrow key at `index` of `count`; undefined for other keys. */
export function stepFor(
  key: string,
  index: number,
  count: number,
  axis: 'vertical' | 'horizontal',
): number | undefined {
  const [less, more] = axis === 'vertical' ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight'];
  switch (key) {
    case less:
      return Math.max(0, index - 1);
    case more:
      return Math.min(count - 1, index + 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

import { html, type TemplateResult } from 'lit';

/** Code points of the codicons in use; a test compares them with the font. */
export const ICONS = {
  'arrow-down': 0xea9a,
  'arrow-up': 0xeaa1,
  'arrow-swap': 0xebcb,
  check: 0xeab2,
  'chevron-down': 0xeab4,
  'chevron-left': 0xeab5,
  'chevron-right': 0xeab6,
  'circle-slash': 0xeabd,
  close: 0xea76,
  compass: 0xebd5,
  discard: 0xeae2,
  edit: 0xea73,
  error: 0xea87,
  'file-media': 0xeaea,
  'go-to-file': 0xea94,
  info: 0xea74,
  lightbulb: 0xea61,
  loading: 0xeb19,
  pass: 0xeba4,
  'pass-filled': 0xebb3,
  refresh: 0xeb37,
  replace: 0xeb3d,
  search: 0xea6d,
  'split-horizontal': 0xeb56,
  warning: 0xea6c,
} as const;

export type IconName = keyof typeof ICONS;

/** A decorative codicon, hidden from screen readers: its meaning must also be in a text or label. */
export function icon(name: IconName, extraClass = ''): TemplateResult {
  return html`<span class="icon ${extraClass}" aria-hidden="true"
    >${String.fromCodePoint(ICONS[name])}</span
  >`;
}

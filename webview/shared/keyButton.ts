import { html, type TemplateResult } from 'lit';
import '@vscode-elements/elements/dist/vscode-button/index.js';

/** A secondary button with the key that does the same. */
export function keyButton(label: string, key: string, run: () => void): TemplateResult {
  return html`<vscode-button secondary aria-keyshortcuts=${key} @click=${run}
    >${label} <kbd aria-hidden="true">${key}</kbd></vscode-button
  >`;
}

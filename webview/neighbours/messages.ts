import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import { waitingText } from '../shared/statusText.ts';
import type { NeighboursSession } from './neighboursSession.ts';
import type { NeighboursState } from './neighboursState.ts';
import '@vscode-elements/elements/dist/vscode-button/index.js';

/** A thin progress bar while a request is pending. */
export function busyLine(state: NeighboursState): TemplateResult {
  const busy = state.searching || (state.search === null && state.focus === 'loading');
  return html`<div class="busy-line ${busy ? 'busy' : ''}" aria-hidden="true"></div>`;
}

/** A message with an optional action. */
export function message(
  kind: 'error' | 'info' | 'compass',
  text: string,
  remedy: string | undefined,
  action: TemplateResult | typeof nothing,
): TemplateResult {
  return html`<div class="message message-${kind}" role=${kind === 'error' ? 'alert' : 'note'}>
    ${icon(kind)}
    <div>
      <p>${text}</p>
      ${remedy === undefined ? nothing : html`<p class="dim">${remedy}</p>`} ${action}
    </div>
  </div>`;
}

/** Shown instead of neighbours while there are none. */
export function emptyState(session: NeighboursSession, state: NeighboursState): TemplateResult {
  const waiting = waitingText(state.status);
  if (waiting !== undefined) {
    return message(
      state.status?.state === 'failed' ? 'error' : 'info',
      waiting,
      undefined,
      state.status?.state === 'failed'
        ? html`<vscode-button secondary @click=${() => void session.audit()}
            >${t('Read the dataset again')}</vscode-button
          >`
        : nothing,
    );
  }
  switch (state.focus) {
    case 'loading':
      return html`<p class="empty">${t('Looking for neighbours.')}</p>`;
    case 'unknown':
      return message(
        'info',
        t('There is no caption or captioned image here.'),
        t('Open an image that has a caption, or put the cursor on a caption.'),
        nothing,
      );
    default:
      return message(
        'compass',
        t('Open an image or put the cursor on a caption.'),
        t('Its neighbours show here: captions and images that fit it, look-alikes and duplicates.'),
        nothing,
      );
  }
}

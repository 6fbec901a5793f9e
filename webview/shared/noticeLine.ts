import { html, nothing, type TemplateResult } from 'lit';
import type { PairItem } from '../../src/protocol/shapes.ts';
import { icon, type IconName } from './icon.ts';
import { t } from './l10n.ts';

/** Result of an action, or an error. */
export interface Notice {
  readonly text: string;
  readonly error: boolean;
  /** Whether an undo button is shown. */
  readonly undo?: boolean;
  /** The pair whose caption the button Show opens. */
  readonly show?: PairItem;
}

export interface NoticeActions {
  readonly undo?: () => void;
  readonly show?: (pair: PairItem) => void;
  readonly dismiss: () => void;
}

/** The notice as a dismissible line. @param usual icon of notices that are not errors. */
export function noticeLine(
  notice: Notice | null,
  usual: IconName,
  { undo, show, dismiss }: NoticeActions,
): TemplateResult | typeof nothing {
  if (notice === null) return nothing;
  const pair = notice.show;
  return html`<div
    class="notice ${notice.error ? 'notice-error' : ''}"
    role=${notice.error ? 'alert' : 'status'}
  >
    ${icon(notice.error ? 'error' : usual)}
    <span class="notice-text">${notice.text}</span>
    ${
      notice.undo === true && undo !== undefined
        ? html`<button class="link" type="button" @click=${undo}>${t('Undo')}</button>`
        : nothing
    }
    ${
      pair !== undefined && show !== undefined
        ? html`<button
            class="link"
            type="button"
            @click=${() => {
              show(pair);
            }}
          >
            ${t('Show')}
          </button>`
        : nothing
    }
    <button
      class="icon-button"
      type="button"
      title=${t('Dismiss')}
      aria-label=${t('Dismiss')}
      @click=${dismiss}
    >
      ${icon('close')}
    </button>
  </div>`;
}

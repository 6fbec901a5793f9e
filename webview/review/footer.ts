import { html, nothing, type TemplateResult } from 'lit';
import { t } from '../shared/l10n.ts';
import type { TriageCommand } from './keys.ts';
import { minutesLeft } from './pace.ts';
import { tally } from './resolutions.ts';
import { openFindings, type TriageState } from './triageState.ts';

/** Such as "16 left, about 4 min", those that were skipped included; without the time until the user's pace is known. */
export function leftText(state: TriageState): string {
  const left = openFindings(state).length;
  const minutes = minutesLeft(state.pace, left);
  return minutes === undefined ? t('{0} left', left) : t('{0} left, about {1} min', left, minutes);
}

/** Such as "3 fixed · 3 verified · 1 ignored", without zero counts. */
export function tallyText(state: TriageState): string {
  const { fixed, verified, ignored, excluded } = tally(state.history);
  return [
    fixed > 0 ? t('{0} fixed', fixed) : '',
    verified > 0 ? t('{0} verified', verified) : '',
    ignored > 0 ? t('{0} ignored', ignored) : '',
    excluded > 0 ? t('{0} excluded', excluded) : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** Progress, tally, and the keys without a button. */
export function footer(
  state: TriageState,
  possible: ReadonlySet<TriageCommand['kind']>,
  act: { undo(): void; help(): void },
): TemplateResult {
  const open = openFindings(state).length;
  const done = state.history.length;
  const total = state.history.length + open;
  const share = total === 0 ? 0 : (done / total) * 100;
  return html`<footer class="footer">
    ${
      total === 0
        ? nothing
        : html`<span class="left">${leftText(state)}</span>
            <svg
              class="progress"
              viewBox="0 0 100 4"
              preserveAspectRatio="none"
              role="progressbar"
              aria-label=${t('Findings dealt with')}
              aria-valuemin="0"
              aria-valuemax=${total}
              aria-valuenow=${done}
            >
              <rect class="meter-track" width="100" height="4"></rect>
              <rect class="progress-fill" width=${share} height="4"></rect>
            </svg>
            <span class="tally">${tallyText(state)}</span>`
    }
    <span class="grow"></span>
    ${
      possible.has('next')
        ? html`<span class="hint"><kbd>J</kbd> <kbd>K</kbd> ${t('next, back')}</span>`
        : nothing
    }
    ${possible.has('edit') ? html`<span class="hint"><kbd>E</kbd> ${t('edit')}</span>` : nothing}
    ${
      possible.has('undo')
        ? html`<button
            class="hint-button"
            type="button"
            aria-keyshortcuts="Z"
            @click=${() => {
              act.undo();
            }}
          >
            <kbd aria-hidden="true">Z</kbd> ${t('undo')}
          </button>`
        : nothing
    }
    <button
      class="hint-button"
      type="button"
      aria-keyshortcuts="?"
      @click=${() => {
        act.help();
      }}
    >
      <kbd aria-hidden="true">?</kbd> ${t('all keys')}
    </button>
  </footer>`;
}

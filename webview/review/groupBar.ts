import { html, nothing, type TemplateResult } from 'lit';
import { keyButton } from '../shared/keyButton.ts';
import { t } from '../shared/l10n.ts';
import type { GroupSession } from './groupSession.ts';

/** Actions on all open findings of the chosen rule. */
export function groupBar(group: GroupSession): TemplateResult | typeof nothing {
  const { findings, decidable, excludable, fixable, likely } = group;
  if (findings.length < 2) return nothing;
  return html`<section class="group-bar" aria-label=${t('All findings of this rule')}>
    <span class="dim">${t('All {0}:', findings.length)}</span>
    ${
      decidable.length === 0
        ? nothing
        : html`${keyButton(t('Verified'), 'Shift+V', () => void group.decide('verified'))}
          ${keyButton(t('Ignore'), 'Shift+I', () => void group.decide('excluded'))}`
    }
    ${
      excludable.length === 0
        ? nothing
        : keyButton(t('Exclude…'), 'Shift+X', () => void group.exclude())
    }
    ${
      likely.length === 0
        ? nothing
        : keyButton(
            t('Take {0} likely captions…', likely.length),
            'Shift+L',
            () => void group.fix(true),
          )
    }
    ${
      fixable.length === 0
        ? nothing
        : keyButton(t('Fix {0}…', fixable.length), 'Shift+F', () => void group.fix(false))
    }
    <vscode-button secondary @click=${() => void group.turnOff()}
      >${t('Turn this rule off here…')}</vscode-button
    >
  </section>`;
}

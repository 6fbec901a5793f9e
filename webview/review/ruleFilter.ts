import { html, type TemplateResult } from 'lit';
import { t } from '../shared/l10n.ts';
import type { Store } from '../shared/store.ts';
import { ruleCounts, type TriageAction, type TriageState } from './triageState.ts';

/** Chooses the rule whose findings are shown. */
export function ruleFilter(store: Store<TriageState, TriageAction>): TemplateResult {
  const { state: triage } = store;
  const counts = ruleCounts(triage);
  const total = [...counts.values()].reduce((sum, { count }) => sum + count, 0);
  const rules = [...counts].map(([code, { title, count }]) => ({ code, title, count }));
  if (triage.rule !== null && !counts.has(triage.rule)) {
    const known = triage.findings?.find(({ code }) => code === triage.rule);
    rules.push({ code: triage.rule, title: known?.title ?? triage.rule, count: 0 });
  }
  return html`<select
    class="rule-filter"
    aria-label=${t('Show findings of')}
    .value=${triage.rule ?? ''}
    @change=${(event: Event) => {
      const { value } = event.target as HTMLSelectElement;
      store.dispatch({ type: 'rule', rule: value === '' ? null : value });
    }}
  >
    <option value="" ?selected=${triage.rule === null}>${t('All rules ({0})', total)}</option>
    ${rules.map(
      ({ code, title, count }) =>
        html`<option value=${code} ?selected=${triage.rule === code}>${title} (${count})</option>`,
    )}
  </select>`;
}

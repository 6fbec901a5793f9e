import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import { unjudgedText } from '../shared/score.ts';
import { waitingText } from '../shared/statusText.ts';
import { tallyText } from './footer.ts';
import type { TriageSession } from './triageSession.ts';
import { openFindings, stillReported } from './triageState.ts';
import '@vscode-elements/elements/dist/vscode-button/index.js';

type Choice = readonly [label: string, run: () => void];

/** Shown where there is no current finding. @param notice the line above */
export function restPage(
  session: TriageSession,
  notice: TemplateResult | typeof nothing,
): TemplateResult {
  const { state: triage } = session.store;
  const again: Choice = [t('Audit again'), () => void session.audit()];
  const show = (
    name: 'error' | 'info' | 'pass',
    text: string,
    more: string,
    choices: readonly Choice[],
  ): TemplateResult => page(notice, name, text, more, choices);
  const { failure, findings, status } = triage;
  if (failure !== null) {
    return show('error', failure.message, failure.remedy ?? '', [
      [t('Try again'), () => session.loadFindings()],
    ]);
  }
  const waiting = waitingText(status);
  if (findings === null) return show('info', t('Loading the findings.'), '', []);
  const open = openFindings(triage);
  if (open.length > 0) {
    return show(
      'info',
      t('You have reached the end of the list.'),
      [tallyText(triage), t('{0} skipped', open.length)].filter((part) => part !== '').join(' · '),
      [
        [
          t('Look at the skipped ones'),
          () => {
            session.store.dispatch({ type: 'restart' });
          },
        ],
      ],
    );
  }
  if (triage.rule !== null && openFindings({ ...triage, rule: null }).length > 0) {
    return show('pass', t('No more findings of this rule.'), tallyText(triage), [
      [
        t('Show all rules'),
        () => {
          session.store.dispatch({ type: 'rule', rule: null });
        },
      ],
    ]);
  }
  if (triage.pending.size > 0) {
    return show('info', t('Writing the last changes.'), tallyText(triage), []);
  }
  if (waiting !== undefined) {
    const failed = status?.state === 'failed';
    return show(failed ? 'error' : 'info', waiting, '', failed ? [again] : []);
  }
  const unjudged = status?.datasets.find(({ incomparable }) => incomparable !== undefined);
  if (triage.history.length === 0 && unjudged !== undefined) {
    const text = t('Nothing to review.');
    return show('info', text, unjudgedText(unjudged), [again]);
  }
  const reported = stillReported(triage).length;
  return show(
    'pass',
    triage.history.length > 0
      ? t('Done: every finding is dealt with.')
      : t('Nothing to review: no pair looks wrong.'),
    [tallyText(triage), reported > 0 ? t('{0} still reported after their fix', reported) : '']
      .filter((part) => part !== '')
      .join(' · '),
    [
      ...(reported > 0
        ? [
            [
              t('Look at them'),
              () => {
                session.store.dispatch({ type: 'reopen' });
              },
            ] as const,
          ]
        : []),
      again,
    ],
  );
}

function page(
  notice: TemplateResult | typeof nothing,
  name: 'error' | 'info' | 'pass',
  text: string,
  more: string,
  choices: readonly Choice[],
): TemplateResult {
  return html`<section class="rest rest-${name}" aria-labelledby="finding-title">
    ${notice} ${icon(name)}
    <h2 class="rest-title" id="finding-title" tabindex="-1">${text}</h2>
    ${more === '' ? nothing : html`<p class="dim">${more}</p>`}
    <div class="choices">
      ${choices.map(
        ([label, run]) =>
          html`<vscode-button
            @click=${() => {
              run();
            }}
            >${label}</vscode-button
          >`,
      )}
    </div>
  </section>`;
}

import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { Bin, Statistics } from '../../src/protocol/statisticsShapes.ts';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import { PageElement } from '../shared/pageElement.ts';
import { matchGrade, unjudgedText } from '../shared/score.ts';
import { waitingText } from '../shared/statusText.ts';
import type { BarRow } from './barList.ts';
import { calibrationCard } from './calibrationCard.ts';
import type { QueryEvent } from './chart.ts';
import { type Column, columnTable } from './histogramChart.ts';
import { sessionTable } from './sessionTable.ts';
import type { StatisticsSession } from './statisticsSession.ts';
import { belowThreshold, type StatisticsState } from './statisticsState.ts';
import './barList.ts';

/** Numbers of all pairs as charts; each bar opens its pairs in Browse Dataset. */
@customElement('pairlens-statistics')
export class StatisticsElement extends PageElement {
  #session: StatisticsSession | undefined;

  /** Must be set once, before the first render. */
  set session(session: StatisticsSession) {
    this.#session = session;
    session.store.subscribe(() => {
      this.requestUpdate();
    });
    this.requestUpdate();
  }

  protected override render(): TemplateResult | typeof nothing {
    const session = this.#session;
    if (session === undefined) return nothing;
    const { state } = session.store;
    const { statistics, failure } = state;
    return html`<main class="statistics" @open-query=${this.#onQuery}>
      <header class="statistics-head">
        <h1>${t('Dataset Statistics')}</h1>
        <span class="grow"></span>
        <button class="plain-button" type="button" @click=${() => void session.browseAll()}>
          ${t('Browse all pairs')}
        </button>
      </header>
      ${
        failure === null
          ? nothing
          : html`<p class="statistics-failure" role="alert">
              ${icon('error')}${[failure.message, failure.remedy ?? ''].join(' ').trim()}
            </p>`
      }
      ${statistics === null || isEmpty(statistics) ? this.#waiting(state) : this.#charts(session, statistics)}
    </main>`;
  }

  #waiting({ status, failure }: StatisticsState): TemplateResult | typeof nothing {
    if (failure !== null) return nothing;
    return html`<p class="statistics-rest dim" role="status">
      ${waitingText(status) ?? t('Loading')}
    </p>`;
  }

  #charts(session: StatisticsSession, statistics: Statistics): TemplateResult {
    const { length, tokens, rules, folders, words, tags } = statistics;
    return html`<div class="cards">
      ${this.#match(session, statistics)}
      <section class="card" aria-labelledby="session-title">
        <h2 id="session-title">${t('Now and at the start of the session')}</h2>
        ${sessionTable(statistics, (query) => void session.browse(query))}
      </section>
      ${statistics.match.length === 0 ? nothing : card('calibration', t('Can the match be believed?'), calibrationCard(session))}
      ${
        rules.length === 0
          ? nothing
          : card(
              'rules',
              t('Pairs with findings, by rule'),
              html`<pairlens-bar-list
                .label=${t('Pairs with findings, by rule')}
                .rows=${rules.map(ruleRow)}
              ></pairlens-bar-list>`,
            )
      }
      ${
        folders.total < 2
          ? nothing
          : card(
              'folders',
              t('Pairs with findings, by folder'),
              html`<pairlens-bar-list
                  .label=${t('Pairs with findings, by folder')}
                  .rows=${folders.shown.map(folderRow)}
                ></pairlens-bar-list
                >${restOf(folders)}`,
            )
      }
      ${histogramCard('length', t('Length of the captions'), t('Characters'), length)}
      ${histogramCard('tokens', t('CLIP tokens of the captions'), t('Tokens'), tokens)}
      ${countsCard('words', t('Most frequent words'), words)}
      ${countsCard('tags', t('Most frequent tags'), tags)}
    </div>`;
  }

  #match(session: StatisticsSession, statistics: Statistics): TemplateResult {
    const { status, threshold } = session.store.state;
    const { match, judged } = statistics;
    const unjudged = [...new Set((status?.datasets ?? []).map(unjudgedText))].filter(
      (text) => text !== '',
    );
    const columns = match.map(matchColumn);
    const below = belowThreshold(statistics, threshold);
    const shown = (threshold / 100).toFixed(2);
    const said = t(
      '{0} of {1} pairs have a match below {2}',
      below.pairs.toLocaleString(),
      judged.toLocaleString(),
      shown,
    );
    return card(
      'match',
      t('Match of the pairs'),
      html`${unjudged.map((text) => html`<p class="card-note dim">${text}</p>`)}
      ${
        match.length === 0
          ? unjudged.length > 0
            ? nothing
            : html`<p class="card-note dim">${t('No pair could be judged.')}</p>`
          : html`<pairlens-histogram
                .label=${t('Match of the pairs')}
                .logarithmic=${true}
                .columns=${columns}
              ></pairlens-histogram>
              <div class="threshold">
                <label for="threshold">${t('Threshold')}</label>
                <input
                  id="threshold"
                  type="range"
                  min="0"
                  max="100"
                  step="1"
                  aria-valuetext=${said}
                  .value=${live(String(threshold))}
                  @input=${(event: Event) => {
                    session.setThreshold(Number((event.target as HTMLInputElement).value));
                  }}
                />
                <output for="threshold">${said}</output>
                <button
                  class="plain-button"
                  type="button"
                  ?disabled=${below.pairs === 0}
                  @click=${() => void session.browse(below.query)}
                >
                  ${t('Browse these pairs')}
                </button>
              </div>
              ${columnTable(t('Match'), columns)}`
      }`,
    );
  }

  readonly #onQuery = (event: QueryEvent) => {
    void this.#session?.browse(event.detail);
  };
}

function isEmpty({ captions, untagged }: Statistics): boolean {
  return captions + untagged === 0;
}

function card(id: string, title: string, content: TemplateResult): TemplateResult {
  return html`<section class="card" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${content}
  </section>`;
}

function histogramCard(
  id: string,
  title: string,
  quantity: string,
  bins: readonly Bin[],
): TemplateResult | typeof nothing {
  if (bins.length === 0) return nothing;
  const columns = bins.map(numberColumn);
  return card(
    id,
    title,
    html`<pairlens-histogram .label=${title} .columns=${columns}></pairlens-histogram>${columnTable(
        quantity,
        columns,
      )}`,
  );
}

function countsCard(
  id: string,
  title: string,
  counts: Statistics['words'],
): TemplateResult | typeof nothing {
  if (counts.total === 0) return nothing;
  const rows = counts.shown.map(({ name, pairs, query }) => ({
    label: name,
    text: `${name}: ${captionsText(pairs)}`,
    pairs,
    query,
  }));
  return card(
    id,
    title,
    html`<pairlens-bar-list .label=${title} .rows=${rows}></pairlens-bar-list>${restOf(counts)}`,
  );
}

function restOf({
  total,
  shown,
}: {
  readonly total: number;
  readonly shown: readonly unknown[];
}): TemplateResult | typeof nothing {
  const rest = total - shown.length;
  return rest === 0
    ? nothing
    : html`<p class="card-note dim">${t('and {0} more', rest.toLocaleString())}</p>`;
}

function ruleRow({ title, pairs, before, query }: Statistics['rules'][number]): BarRow {
  const note =
    before === undefined || before === pairs
      ? undefined
      : t('before: {0}', before.toLocaleString());
  const text = `${title}: ${pairsText(pairs)}`;
  return {
    label: title,
    text: note === undefined ? text : `${text} (${note})`,
    pairs,
    query,
    ...(note !== undefined && { note }),
  };
}

function folderRow(row: Statistics['folders']['shown'][number]): BarRow {
  const { folder, pairs, found, query } = row;
  const label = folder === '.' ? t('The folder itself') : folder;
  return {
    label,
    text: t(
      '{0}: {1} of {2} pairs with findings',
      label,
      found.toLocaleString(),
      pairs.toLocaleString(),
    ),
    pairs: found,
    note: t('of {0}', pairs.toLocaleString()),
    query,
  };
}

function matchColumn({ from, to = 1, pairs, query }: Bin): Column {
  const label = `${from.toFixed(2)}–${to.toFixed(2)}`;
  return { label, text: `${label}: ${pairsText(pairs)}`, pairs, query, grade: matchGrade(from) };
}

/** Whole numbers are named by the last one that is in the bin. */
function numberColumn({ from, to, pairs, query }: Bin): Column {
  const last = to === undefined ? undefined : to - 1;
  const label = last === undefined ? `${from}+` : last === from ? String(from) : `${from}–${last}`;
  return { label, text: `${label}: ${captionsText(pairs)}`, pairs, query };
}

function pairsText(pairs: number): string {
  return pairs === 1 ? t('1 pair') : t('{0} pairs', pairs.toLocaleString());
}

function captionsText(captions: number): string {
  return captions === 1 ? t('1 caption') : t('{0} captions', captions.toLocaleString());
}

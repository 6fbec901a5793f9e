import { html, nothing, type TemplateResult } from 'lit';
import type { Neighbour } from '../../src/protocol/shapes.ts';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import type { NeighboursSession } from './neighboursSession.ts';
import { hardNegatives, type NeighboursState, type Section } from './neighboursState.ts';
import '../shared/entryGrid.ts';

interface SectionWords {
  readonly title: string;
  readonly hint: string;
  readonly empty: string;
}

function sectionWords(section: Section): SectionWords {
  switch (section) {
    case 'captions':
      return {
        title: t('Matching captions'),
        hint: t('Captions of the dataset that fit this image'),
        empty: t('No other caption of the dataset fits this image.'),
      };
    case 'images':
      return {
        title: t('Matching images'),
        hint: t('Images of the dataset that fit this caption'),
        empty: t('No other image of the dataset fits this caption.'),
      };
    case 'lookAlikes':
      return {
        title: t('Look-alikes'),
        hint: t('Images that look like this one'),
        empty: t('No other image looks like this one.'),
      };
    case 'duplicates':
      return {
        title: t('Near-duplicates'),
        hint: t('The same picture under other names'),
        empty: t('The dataset holds this picture once.'),
      };
  }
}

/** A collapsible list of neighbours. */
export function neighbourSection(
  session: NeighboursSession,
  state: NeighboursState,
  section: Section,
  entries: readonly Neighbour[],
): TemplateResult {
  const { title, hint, empty } = sectionWords(section);
  const open = state.expanded.includes(section);
  const hard = hardNegatives(entries);
  return html`<section class="section" aria-labelledby="title-${section}">
    <div class="section-head">
      <h2>
        <button
          class="section-toggle"
          type="button"
          id="title-${section}"
          aria-expanded=${open}
          aria-controls="body-${section}"
          title=${hint}
          @click=${() => {
            session.store.dispatch({ type: 'toggle', section });
          }}
        >
          ${icon(open ? 'chevron-down' : 'chevron-right')}
          <span class="section-title">${title}</span>
          ${
            hard > 0
              ? html`<span
                  class="hard-count"
                  title=${t('Training may confuse these with the pair in focus')}
                  >${icon('warning')}<span class="hard-words">${t('hard negatives:')}</span>
                  ${hard}</span
                >`
              : nothing
          }
          <span class="count">${entries.length}</span>
        </button>
      </h2>
    </div>
    <div id="body-${section}" class="section-body" ?hidden=${!open}>
      ${
        !open
          ? nothing
          : entries.length === 0
            ? html`<p class="empty">${empty}</p>`
            : neighbourGrid(
                session,
                title,
                entries,
                section === 'captions' ? 'caption' : 'image',
                state.shown?.focus,
              )
      }
    </div>
  </section>`;
}

/** Neighbours as a list of cards. */
export function neighbourGrid(
  session: NeighboursSession,
  label: string,
  entries: readonly Neighbour[],
  opens: 'caption' | 'image',
  focusItem: Neighbour['item'] | undefined,
  searched = false,
): TemplateResult {
  return html`<pairlens-entries
    .label=${label}
    .entries=${entries}
    .thumbnails=${session.thumbnails}
    .focusItem=${focusItem}
    .opens=${opens}
    .searched=${searched}
  ></pairlens-entries>`;
}

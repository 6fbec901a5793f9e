import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { DatasetMap, MapSide } from '../../src/protocol/mapShapes.ts';
import type { DatasetSummary } from '../../src/protocol/shapes.ts';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import { PageElement } from '../shared/pageElement.ts';
import { imageName } from '../shared/pairs.ts';
import { judgedText, matchLine, unjudgedText } from '../shared/score.ts';
import { waitingText } from '../shared/statusText.ts';
import '../shared/thumbnailElement.ts';
import { categoriesOf, type Category, COLOURINGS, type Colouring } from './categories.ts';
import { legend } from './legend.ts';
import type { MapCanvas, MapEvents } from './mapCanvas.ts';
import type { MapSession } from './mapSession.ts';
import type { MapState } from './mapState.ts';
import { regionTable } from './regionTable.ts';
import './mapCanvas.ts';

const CARD_PIXELS = 192;

/** Pairs of a dataset in the plane, similar ones close together. */
@customElement('pairlens-map')
export class MapElement extends PageElement {
  @state() private accessor selecting = false;
  #session: MapSession | undefined;
  #categories: readonly Category[] = [];
  /** What the categories were made from. */
  #made: { readonly map: DatasetMap; readonly colouring: Colouring } | undefined;

  /** Must be set once, before the first render. */
  set session(session: MapSession) {
    this.#session = session;
    session.store.subscribe(() => {
      this.requestUpdate();
    });
    this.requestUpdate();
  }

  protected override render(): TemplateResult | typeof nothing {
    const session = this.#session;
    if (session === undefined) return nothing;
    const { state: shown } = session.store;
    const { map, failure } = shown;
    return html`<main class="map-page">
      <header class="map-head">
        <h1>${t('Dataset Map')}</h1>
        ${this.#choices(session, shown)}
        <span class="grow"></span>
        ${map === null ? nothing : this.#tools()}
      </header>
      ${
        failure === null
          ? nothing
          : html`<p class="map-failure" role="alert">
              ${icon('error')}${[failure.message, failure.remedy ?? ''].join(' ').trim()}
            </p>`
      }
      ${map === null ? waiting(shown) : this.#map(session, shown, map)}
    </main>`;
  }

  #choices(session: MapSession, { status, root, side, colouring }: MapState): TemplateResult {
    const datasets = status?.datasets ?? [];
    return html`${
      datasets.length < 2
        ? nothing
        : choice(
            t('Dataset'),
            datasets.map(({ root: value, name }) => ({ value, name })),
            root ?? '',
            (value) => {
              session.setRoot(value);
            },
          )
    }
    ${choice(
      t('Close together'),
      [
        { value: 'images', name: t('Similar pictures') },
        { value: 'captions', name: t('Similar captions') },
      ],
      side,
      (value) => {
        session.setSide(value as MapSide);
      },
    )}
    ${choice(
      t('Colour'),
      COLOURINGS.map((value) => ({ value, name: colouringName(value) })),
      colouring,
      (value) => {
        session.store.dispatch({ type: 'colouring', colouring: value as Colouring });
      },
    )}`;
  }

  #tools(): TemplateResult {
    return html`<button
        class="plain-button"
        type="button"
        aria-pressed=${this.selecting ? 'true' : 'false'}
        title=${t('Draw a line around pairs to select them; also with the Shift key')}
        @click=${() => {
          this.selecting = !this.selecting;
        }}
      >
        ${t('Lasso')}
      </button>
      <button
        class="plain-button"
        type="button"
        aria-label=${t('Zoom in')}
        @click=${() => this.#canvas?.zoom(1)}
      >
        +
      </button>
      <button
        class="plain-button"
        type="button"
        aria-label=${t('Zoom out')}
        @click=${() => this.#canvas?.zoom(-1)}
      >
        −
      </button>
      <button class="plain-button" type="button" @click=${() => this.#canvas?.showAll()}>
        ${t('Whole map')}
      </button>`;
  }

  #map(session: MapSession, shown: MapState, map: DatasetMap): TemplateResult {
    const { colouring, selected, active, status, root } = shown;
    if (this.#made?.map !== map || this.#made.colouring !== colouring) {
      this.#categories = categoriesOf(map, colouring);
      this.#made = { map, colouring };
    }
    const select = (points: readonly number[], adding: boolean): void => {
      session.select(points, adding);
    };
    const dataset = status?.datasets.find((each) => each.root === root);
    return html`<div class="map-body">
      <pairlens-map-canvas
        .map=${map}
        .categories=${this.#categories}
        .selected=${selected}
        .active=${active}
        .selecting=${this.selecting}
        .label=${t('Map of {0} pairs', map.x.length.toLocaleString())}
        @point-active=${({ detail }: MapEvents['point-active']) => {
          session.point(detail);
        }}
        @point-open=${({ detail }: MapEvents['point-open']) => void session.open(detail)}
        @point-toggle=${({ detail }: MapEvents['point-toggle']) => {
          session.toggle(detail);
        }}
        @points-select=${({ detail }: MapEvents['points-select']) => {
          select(detail.points, detail.adding);
        }}
      ></pairlens-map-canvas>
      <div class="map-side" role="region" aria-label=${t('About the map')} tabindex="0">
        ${selectionBar(session, shown, map)} ${legend(this.#categories, select)}
        ${pairCard(session, shown)} ${regionTable(map, select)} ${notes(map, dataset)}
      </div>
    </div>`;
  }

  get #canvas(): MapCanvas | null {
    return this.querySelector('pairlens-map-canvas');
  }
}

function choice(
  label: string,
  options: readonly { readonly value: string; readonly name: string }[],
  chosen: string,
  choose: (value: string) => void,
): TemplateResult {
  return html`<label class="map-choice"
    ><span class="dim">${label}</span>
    <select
      class="plain-select"
      @change=${(event: Event) => {
        choose((event.target as HTMLSelectElement).value);
      }}
    >
      ${options.map(
        ({ value, name }) =>
          html`<option value=${value} ?selected=${value === chosen}>${name}</option>`,
      )}
    </select></label
  >`;
}

function colouringName(colouring: Colouring): string {
  switch (colouring) {
    case 'match':
      return t('By match');
    case 'rule':
      return t('By finding');
    case 'folder':
      return t('By folder');
  }
}

/** Why there is no map yet. */
function waiting({
  status,
  failure,
  tooFew,
  share,
  side,
}: MapState): TemplateResult | typeof nothing {
  if (failure !== null) return nothing;
  const why =
    waitingText(status) ??
    (tooFew
      ? side === 'images'
        ? t('Too few different pictures for a map: it needs at least 10 that can be read.')
        : t('Too few different captions for a map: it needs at least 10 that are judged.')
      : t('Laying out the map.'));
  return html`<div class="map-rest dim">
    <p role="status">${why}</p>
    ${
      share === null
        ? nothing
        : html`<progress aria-label=${t('Laying out the map.')} max="1" .value=${share}></progress>`
    }
  </div>`;
}

function selectionBar(
  session: MapSession,
  { selected }: MapState,
  map: DatasetMap,
): TemplateResult {
  const count = selected.size;
  return html`<div class="map-selection">
    <p role="status">
      ${
        count === 0
          ? t('No pair is selected.')
          : t('{0} of {1} pairs selected', count.toLocaleString(), map.x.length.toLocaleString())
      }
    </p>
    <button
      class="plain-button"
      type="button"
      ?disabled=${count === 0}
      @click=${() => void session.browseSelected()}
    >
      ${t('Browse these pairs')}
    </button>
    <button
      class="plain-button"
      type="button"
      ?disabled=${count === 0}
      @click=${() => {
        session.select([]);
      }}
    >
      ${t('Clear')}
    </button>
  </div>`;
}

/** The pair at the cursor. */
function pairCard(session: MapSession, { item, active }: MapState): TemplateResult {
  return html`<div class="map-card" aria-live="polite">
    ${
      item === null
        ? html`<p class="dim">
            ${active === null ? t('Point at a pair to see it; click it to open its page.') : ''}
          </p>`
        : html`<pairlens-thumbnail
              .source=${session.thumbnails}
              .generation=${session.thumbnails.generation}
              .uri=${item.imageUri}
              .size=${CARD_PIXELS}
            ></pairlens-thumbnail>
            <p class="map-card-name" dir="auto">${imageName(item)}</p>
            <p class="map-card-caption" dir="auto">${item.caption}</p>
            <p><span class="sr-only">${judgedText(item)}</span>${matchLine(item)}</p>`
    }
  </div>`;
}

function notes(map: DatasetMap, dataset: DatasetSummary | undefined): TemplateResult {
  const unjudged = dataset === undefined ? '' : unjudgedText(dataset);
  const all = [
    ...(unjudged === '' ? [] : [unjudged]),
    ...(map.placeless === 0
      ? []
      : [
          map.placeless === 1
            ? t('1 pair has no place on this map.')
            : t('{0} pairs have no place on this map.', map.placeless.toLocaleString()),
        ]),
    ...(map.sampled
      ? [
          t(
            'So many pairs are not laid out one by one: a sample is, and each other pair lies among those that it is most like.',
          ),
        ]
      : []),
    t('Only what is close together means something; directions and large distances do not.'),
  ];
  return html`${all.map((note) => html`<p class="map-note dim">${note}</p>`)}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'pairlens-map': MapElement;
  }
}

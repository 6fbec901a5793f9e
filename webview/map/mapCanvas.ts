import { html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { DatasetMap } from '../../src/protocol/mapShapes.ts';
import { t } from '../shared/l10n.ts';
import { PageElement } from '../shared/pageElement.ts';
import type { Category } from './categories.ts';
import { type Brush, brush, type Canvas, clear, type Colour, paintPoint } from './paintPoints.ts';
import { OUTLINES } from './shapes.ts';
import {
  fitted,
  nextPoint,
  panned,
  pointAt,
  pointsWithin,
  screenPlace,
  showing,
  type Size,
  type Viewport,
  zoomed,
} from './viewport.ts';

/** What the user does on the map. `point` is null where there is none. */
export interface MapEvents {
  readonly 'point-active': CustomEvent<number | null>;
  readonly 'point-open': CustomEvent<number>;
  readonly 'point-toggle': CustomEvent<number>;
  readonly 'points-select': CustomEvent<{
    readonly points: readonly number[];
    readonly adding: boolean;
  }>;
}

/** Radius of a point in pixels of the page: of few points, and of very many. */
const RADIUS = { few: 6, many: 2.5, closest: 8 } as const;
const MANY_POINTS = 5000;
/** Opacity of points that are not selected while others are, in 255ths. */
const FAINT = 90;
/** The pointer is at a point that is this near, in pixels. */
const NEAR = 10;
/** The pointer has moved, rather than clicked. */
const MOVED = 4;
const ZOOM_STEP = 1.5;
const PAN_STEP = 60;

interface Drag {
  readonly pointer: number;
  readonly from: readonly [number, number];
  readonly last: readonly [number, number];
  /** Outline of the lasso; undefined while the map is moved. */
  readonly lasso: readonly (readonly [number, number])[] | undefined;
  readonly adding: boolean;
  readonly moved: boolean;
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The points of a map: painted, moved and magnified, selected with a lasso or by keyboard. */
@customElement('pairlens-map-canvas')
export class MapCanvas extends PageElement {
  @property({ attribute: false }) accessor map: DatasetMap | undefined;
  @property({ attribute: false }) accessor categories: readonly Category[] = [];
  @property({ attribute: false }) accessor selected: ReadonlySet<number> = new Set();
  @property({ attribute: false }) accessor active: number | null = null;
  /** Whether a drag selects; else it moves the map, and selects with the Shift key. */
  @property({ attribute: false }) accessor selecting = false;
  @property() accessor label = '';
  @state() private accessor view: Viewport | undefined;
  @state() private accessor drag: Drag | undefined;
  readonly #resizes = new ResizeObserver(() => {
    this.#resized();
  });
  /** The colours of a theme come with the page's style and the classes of its body. */
  readonly #themes = new MutationObserver(() => {
    this.#brushes = new Map();
    this.requestUpdate();
  });
  #size: Size = { width: 0, height: 0 };
  #brushes = new Map<string, Brush>();
  #frame: number | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resizes.observe(this);
    const watched = { attributes: true, attributeFilter: ['style', 'class'] };
    this.#themes.observe(document.documentElement, watched);
    this.#themes.observe(document.body, watched);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes.disconnect();
    this.#themes.disconnect();
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
  }

  zoom(direction: 1 | -1): void {
    this.#move((view) => zoomed(view, ZOOM_STEP ** direction, this.#size));
  }

  showAll(): void {
    this.view = fitted(this.#size);
  }

  protected override render(): TemplateResult {
    const { map, active } = this;
    return html`<div
        class="map-surface ${this.selecting ? 'map-selecting' : ''}"
        role="application"
        tabindex="0"
        aria-label=${this.label}
        aria-describedby="map-keys"
        @pointerdown=${this.#onDown}
        @pointermove=${this.#onMove}
        @pointerup=${this.#onUp}
        @pointercancel=${this.#onCancel}
        @pointerleave=${this.#onLeave}
        @wheel=${this.#onWheel}
        @keydown=${this.#onKey}
      >
        <canvas aria-hidden="true"></canvas>
        <svg class="map-overlay" aria-hidden="true">
          ${this.drag?.lasso === undefined ? nothing : lassoOutline(this.drag.lasso)}
          ${map === undefined || active === null ? nothing : this.#cursor(map, active)}
        </svg>
      </div>
      <p class="sr-only" id="map-keys">
        ${t(
          'Arrow keys go from pair to pair, Enter opens it, Space selects it, Escape clears the selection; plus and minus zoom, 0 shows the whole map, arrow keys with Shift move it. The list of regions beside the map says the same in words.',
        )}
      </p>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('map') && changed.get('map') === undefined) this.view = undefined;
    if (changed.has('active') && this.map !== undefined && this.active !== null) {
      const { map, active } = this;
      this.#move((view) => showing(view, this.#size, map, active));
    }
    this.#paintSoon();
  }

  #cursor(map: DatasetMap, active: number): TemplateResult | typeof nothing {
    if (this.view === undefined || active >= map.x.length) return nothing;
    const [x, y] = screenPlace(this.view, this.#size, map, active);
    return svg`<circle class="map-cursor" cx=${x} cy=${y} r=${this.#radius(map) + 5}></circle>`;
  }

  #resized(): void {
    const { width, height } = this.getBoundingClientRect();
    const was = this.#size;
    this.#size = { width, height };
    if (this.view === undefined || was.width === 0) this.view = fitted(this.#size);
    this.requestUpdate();
  }

  #move(change: (view: Viewport) => Viewport): void {
    if (this.view !== undefined) this.view = change(this.view);
  }

  #radius({ x }: DatasetMap): number {
    const usual = x.length > MANY_POINTS ? RADIUS.many : x.length > 500 ? 4 : RADIUS.few;
    const closeness = (this.view?.scale ?? 1) / fitted(this.#size).scale;
    return Math.min(RADIUS.closest, usual * Math.max(1, closeness) ** 0.35);
  }

  #paintSoon(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#paint();
    });
  }

  #paint(): void {
    const { map, view } = this;
    const element = this.querySelector('canvas');
    const context = element?.getContext('2d', { alpha: false, willReadFrequently: true });
    if (!element || !context || map === undefined || view === undefined) return;
    const ratio = devicePixelRatio;
    const width = Math.max(1, Math.round(this.#size.width * ratio));
    const height = Math.max(1, Math.round(this.#size.height * ratio));
    if (element.width !== width || element.height !== height) {
      element.width = width;
      element.height = height;
    }
    const picture = new ImageData(width, height);
    const canvas: Canvas = { width, height, bytes: picture.data };
    clear(canvas, colourOf(getComputedStyle(this).backgroundColor));
    const size = { width, height };
    const seen: Viewport = { ...view, scale: view.scale * ratio };
    const radius = this.#radius(map) * ratio;
    const anySelected = this.selected.size > 0;
    for (const isSelected of anySelected ? [false, true] : [false]) {
      for (const { look, points } of this.categories) {
        const used = this.#brush(look, radius);
        for (const point of points) {
          if (this.selected.has(point) !== isSelected) continue;
          const [x, y] = screenPlace(seen, size, map, point);
          const opacity = anySelected && !isSelected ? FAINT : 255;
          paintPoint(canvas, used, x, y, opacity);
        }
      }
    }
    context.putImageData(picture, 0, 0);
  }

  /** Brushes are kept until the theme changes. */
  #brush(look: Category['look'], radius: number): Brush {
    const key = `${look} ${radius.toFixed(1)}`;
    const known = this.#brushes.get(key);
    if (known !== undefined) return known;
    const probe = this.querySelector<HTMLElement>('.map-surface');
    const colour = colourOf(
      getComputedStyle(probe ?? this).getPropertyValue(`--look-${look}`) || 'rgb(128, 128, 128)',
    );
    const made = brush(OUTLINES[look], radius, colour);
    this.#brushes.set(key, made);
    return made;
  }

  #tell<K extends keyof MapEvents>(name: K, detail: MapEvents[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }

  #placeOf(event: MouseEvent): [number, number] {
    const { left, top } = this.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  #pointAt(event: MouseEvent): number | undefined {
    const { map, view } = this;
    if (map === undefined || view === undefined) return undefined;
    return pointAt(view, this.#size, map, this.#placeOf(event), NEAR);
  }

  readonly #onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const place = this.#placeOf(event);
    const adding = event.ctrlKey || event.metaKey;
    const lasso = this.selecting || event.shiftKey ? [place] : undefined;
    this.drag = { pointer: event.pointerId, from: place, last: place, lasso, adding, moved: false };
  };

  readonly #onMove = (event: PointerEvent) => {
    const { drag } = this;
    if (drag?.pointer !== event.pointerId) {
      this.#tell('point-active', this.#pointAt(event) ?? null);
      return;
    }
    const place = this.#placeOf(event);
    const moved =
      drag.moved || Math.hypot(place[0] - drag.from[0], place[1] - drag.from[1]) > MOVED;
    if (moved && drag.lasso === undefined) {
      this.#move((view) => panned(view, place[0] - drag.last[0], place[1] - drag.last[1]));
    }
    const lasso = drag.lasso && [...drag.lasso, place];
    this.drag = { ...drag, last: moved ? place : drag.last, lasso, moved };
  };

  readonly #onUp = (event: PointerEvent) => {
    const { drag, map, view } = this;
    if (drag?.pointer !== event.pointerId) return;
    this.drag = undefined;
    if (map === undefined || view === undefined) return;
    if (drag.moved && drag.lasso !== undefined) {
      const points = pointsWithin(view, this.#size, map, drag.lasso);
      this.#tell('points-select', { points, adding: drag.adding });
    } else if (!drag.moved) {
      const point = this.#pointAt(event);
      if (point === undefined) return;
      this.#tell('point-active', point);
      this.#tell(drag.adding || drag.lasso !== undefined ? 'point-toggle' : 'point-open', point);
    }
  };

  readonly #onCancel = () => {
    this.drag = undefined;
  };

  readonly #onLeave = () => {
    if (document.activeElement !== this.querySelector('.map-surface')) {
      this.#tell('point-active', null);
    }
  };

  readonly #onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const factor = Math.exp(-event.deltaY / 300);
    this.#move((view) => zoomed(view, factor, this.#size, this.#placeOf(event)));
  };

  readonly #onKey = (event: KeyboardEvent) => {
    const { map, active } = this;
    if (map === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow !== undefined && event.shiftKey) {
      this.#move((view) => panned(view, -arrow[0] * PAN_STEP, -arrow[1] * PAN_STEP));
    } else if (arrow !== undefined) {
      const next = active === null ? this.#middlePoint(map) : nextPoint(map, active, arrow);
      if (next !== undefined) this.#tell('point-active', next);
    } else if (event.key === 'Enter' && active !== null) this.#tell('point-open', active);
    else if (event.key === ' ' && active !== null) this.#tell('point-toggle', active);
    else if (event.key === 'Escape') this.#tell('points-select', { points: [], adding: false });
    else if (event.key === '+' || event.key === '=') this.zoom(1);
    else if (event.key === '-') this.zoom(-1);
    else if (event.key === '0') this.showAll();
    else return;
    event.preventDefault();
  };

  /** The point nearest to the middle of what is seen. */
  #middlePoint(map: DatasetMap): number | undefined {
    const { width, height } = this.#size;
    return this.view && pointAt(this.view, this.#size, map, [width / 2, height / 2], Infinity);
  }
}

function lassoOutline(corners: readonly (readonly [number, number])[]): TemplateResult {
  const points = corners.map(([x, y]) => `${x},${y}`).join(' ');
  return svg`<polygon class="map-lasso" points=${points}></polygon>`;
}

/** A computed colour as bytes: `rgb(1, 2, 3)`, `rgba(...)` or `#010203`. */
function colourOf(text: string): Colour {
  const hex = /^\s*#([\da-f]{2})([\da-f]{2})([\da-f]{2})/iu.exec(text);
  const parts =
    hex?.slice(1).map((part) => Number.parseInt(part, 16)) ??
    [...text.matchAll(/[\d.]+/gu)].map(([number]) => Number(number));
  const [red = 128, green = 128, blue = 128] = parts;
  return [red, green, blue];
}

declare global {
  interface HTMLElementTagNameMap {
    'pairlens-map-canvas': MapCanvas;
  }
}

import { html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Thumbnail } from '../../src/protocol/shapes.ts';
import { icon } from './icon.ts';
import { PageElement } from './pageElement.ts';
import type { Thumbnails } from './thumbnails.ts';

const visibility = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting && entry.target instanceof ThumbnailElement) entry.target.appear();
    }
  },
  { rootMargin: '300px' },
);

/** An image of the dataset at about `size` pixels, loaded when it is near the viewport. */
@customElement('pairlens-thumbnail')
export class ThumbnailElement extends PageElement {
  @property({ attribute: false }) accessor source: Thumbnails | undefined;
  @property() accessor uri = '';
  @property({ type: Number }) accessor size = 96;
  /** Alternative text; empty if the text beside the image has the same content. */
  @property() accessor alt = '';
  /** Increases when the image at the same URI may have changed. */
  @property({ type: Number }) accessor generation = 0;

  /** Weight of each cell of a square grid over the image, row by row; cells with a low weight are dimmed. */
  @property({ attribute: false }) accessor spotlight: readonly number[] | undefined;

  @state() private accessor shown: Thumbnail | null | undefined;
  #near = false;

  override connectedCallback(): void {
    super.connectedCallback();
    visibility.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    visibility.unobserve(this);
  }

  appear(): void {
    if (this.#near) return;
    this.#near = true;
    void this.#load();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('uri')) this.shown = undefined;
    if (this.#near && (changed.has('uri') || changed.has('size') || changed.has('generation'))) {
      void this.#load();
    }
  }

  protected override render(): TemplateResult {
    if (this.shown === null) {
      return html`<span class="no-image">${icon('file-media')}</span>`;
    }
    if (this.shown === undefined) return html`<span class="no-image"></span>`;
    return html`<img
        src=${this.shown.dataUri}
        alt=${this.alt}
        width=${this.shown.width}
        height=${this.shown.height}
        draggable="false"
      />${this.spotlight === undefined ? nothing : shade(this.shown, this.spotlight)}`;
  }

  async #load(): Promise<void> {
    const { uri, size, source } = this;
    if (uri === '' || source === undefined) {
      this.shown = null;
      return;
    }
    const thumbnail = await source.get(uri, size);
    if (uri === this.uri && size === this.size) this.shown = thumbnail;
  }
}

/** Longest side of the image in SVG units of the overlay; `.shade` blurs in these units. */
const SHADE_UNITS = 100;
const DARKEST = 0.85;
/** The overlay extends this far beyond the image, so that blurring does not lighten its edges. */
const MARGIN = 30;
/** Range of cosines that gets full contrast; smaller ranges are dimmed less. */
const FULL_RANGE = 0.12;

/** An overlay on the image that dims cells with low values, placed as `object-fit: contain` places the image. */
function shade(picture: Thumbnail, cells: readonly number[]): TemplateResult {
  const scale = SHADE_UNITS / Math.max(picture.width, picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  const side = Math.round(Math.sqrt(cells.length));
  const [low, high] = [Math.min(...cells), Math.max(...cells)];
  const [w, h] = [width / side, height / side];
  return html`<svg class="shade" viewBox="0 0 ${width} ${height}" aria-hidden="true">
    <svg width=${width} height=${height}>
      <g>
        ${cells.map((value, cell) => {
          const [x, y] = [cell % side, Math.floor(cell / side)];
          const [left, top] = [x === 0 ? -MARGIN : x * w, y === 0 ? -MARGIN : y * h];
          const right = x === side - 1 ? width + MARGIN : (x + 1) * w;
          const bottom = y === side - 1 ? height + MARGIN : (y + 1) * h;
          const dark = (high - value) / Math.max(high - low, FULL_RANGE);
          return svg`<rect
            x=${left}
            y=${top}
            width=${right - left}
            height=${bottom - top}
            fill-opacity=${DARKEST * dark}
          ></rect>`;
        })}
      </g>
    </svg>
  </svg>`;
}

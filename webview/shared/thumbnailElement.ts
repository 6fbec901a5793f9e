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

/** An image of the dataset at about `size` pixels, asked for when it comes near the view. */
@customElement('pairlens-thumbnail')
export class ThumbnailElement extends PageElement {
  @property({ attribute: false }) accessor source: Thumbnails | undefined;
  @property() accessor uri = '';
  @property({ type: Number }) accessor size = 96;
  /** What the image shows, for those who do not see it; empty where the text beside it says so. */
  @property() accessor alt = '';
  /** Grows when the same URI may hold another picture. */
  @property({ type: Number }) accessor generation = 0;

  /** How strongly each cell of a square grid over the picture is to be seen, row by row; the rest is dimmed. */
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

/** Longest side of the picture in the units of the veil: `.shade` blurs by such units. */
const SHADE_UNITS = 100;
const DARKEST = 0.85;
/** What is blurred reaches as far beyond the picture: at its edges the veil is no thinner. */
const MARGIN = 30;
/** Cells that differ less than this, in cosines, are dimmed less. */
const FULL_RANGE = 0.12;

/** A veil over the picture, thinnest where the values are highest. It lies where `object-fit: contain` puts the picture. */
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

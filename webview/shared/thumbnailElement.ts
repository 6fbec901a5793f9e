import { html, type PropertyValues, type TemplateResult } from 'lit';
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
    />`;
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

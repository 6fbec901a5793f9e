import { LitElement } from 'lit';

/**
 * Base of the pages' elements. They render into the page itself, not into shadow trees: the bundled style sheet reaches
 * them under a strict policy, ids and labels refer across elements, and focus can be moved and found.
 */
export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}

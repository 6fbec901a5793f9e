import { LitElement } from 'lit';

/**
 * Base class of the pages' elements. They render into the light DOM: the bundled style sheet applies under the strict
 * CSP, IDs and labels can refer to other elements, and the focus can be queried and moved.
 */
export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}

import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { PageElement } from '../shared/pageElement.ts';
import { t } from '../shared/l10n.ts';
import type { TriageSession } from './triageSession.ts';
import './triageElement.ts';

/** The frame of the review: a heading and the triage page. */
@customElement('pairlens-review')
export class ReviewElement extends PageElement {
  #session: TriageSession | undefined;

  /** Must be set once, before the first render. */
  set session(session: TriageSession) {
    this.#session = session;
    session.store.subscribe(() => {
      this.requestUpdate();
    });
    this.requestUpdate();
  }

  protected override render(): TemplateResult | typeof nothing {
    const session = this.#session;
    if (session === undefined) return nothing;
    return html`<header class="head">
        <h1 class="page-name">${t('Triage')}</h1>
        <div class="head-tools" id="page-tools"></div>
        <span class="grow"></span>
        ${this.#dataset(session)}
      </header>
      <pairlens-triage .session=${session}></pairlens-triage>`;
  }

  #dataset(session: TriageSession): TemplateResult | typeof nothing {
    const { status, current } = session.store.state;
    const root = current?.item?.pair.root;
    const dataset =
      status?.datasets.find((candidate) => candidate.root === root) ?? status?.datasets[0];
    if (dataset === undefined) return nothing;
    return html`<span class="dataset dim" title=${dataset.formats.join(', ')}
      >${dataset.name} · ${t('{0} images', dataset.images)} ·
      ${t('{0} captions', dataset.pairs)}</span
    >`;
  }
}

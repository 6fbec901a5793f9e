import { html, nothing, type TemplateResult } from 'lit';
import type { FindingItem, PairItem } from '../../src/protocol/shapes.ts';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import { imageName, pathBelow } from '../shared/pairs.ts';
import { matchLine } from '../shared/score.ts';
import type { Thumbnails } from '../shared/thumbnails.ts';
import { fileFix } from './fileFix.ts';
import { STAGE_PIXELS } from './triageSession.ts';
import '../shared/thumbnailElement.ts';

/** Dependencies of the stage. */
export interface StageContext {
  readonly thumbnails: Thumbnails;
  /** Index of the related pair shown beside the image. */
  readonly partner: number;
  choosePartner(index: number): void;
  /** Weight of each cell of a square grid over the image; cells with a low weight are dimmed. */
  readonly spotlight: readonly number[] | undefined;
}

export function imageUriOf(finding: FindingItem): string | undefined {
  return finding.item?.imageUri ?? finding.imageUri ?? fileFix(finding)?.imageUri;
}

function picture(
  context: StageContext,
  uri: string,
  alt: string,
  spotlight?: readonly number[],
): TemplateResult {
  return html`<pairlens-thumbnail
    class="stage-picture"
    .source=${context.thumbnails}
    .uri=${uri}
    .alt=${alt}
    .spotlight=${spotlight}
    .generation=${context.thumbnails.generation}
    size=${STAGE_PIXELS}
  ></pairlens-thumbnail>`;
}

/** The image as large as possible, with its partner beside it if the finding is about two images. */
export function stage(context: StageContext, finding: FindingItem): TemplateResult {
  const uri = imageUriOf(finding);
  const partner = finding.related[context.partner] ?? finding.related[0];
  if (uri === undefined) {
    return html`<div class="stage stage-bare">
      ${icon('file-media')}
      <p class="dim">${t('There is no picture to show for this finding.')}</p>
    </div>`;
  }
  const name = finding.item === undefined ? pathBelow(uri, []) : imageName(finding.item);
  const sharing = fileFix(finding)?.separations?.map(({ image }) => image) ?? [];
  if (sharing.length > 0) {
    return html`<div class="stage stage-pair">
      ${[uri, ...sharing].slice(0, 2).map((each) => {
        const file = pathBelow(each, []);
        return html`<figure>
          ${picture(context, each, t('Image {0}', file))}
          <figcaption><span class="file-name">${file}</span></figcaption>
        </figure>`;
      })}
    </div>`;
  }
  if (partner === undefined) {
    return html`<div class="stage">
      ${picture(context, uri, t('Image {0}', name), context.spotlight)}
    </div>`;
  }
  return html`<div class="stage stage-pair">
    <figure>
      ${picture(context, uri, t('Image {0}', name), context.spotlight)}
      <figcaption><span class="file-name">${name}</span></figcaption>
    </figure>
    <figure class="partner">
      ${picture(context, partner.imageUri, t('Image {0}', imageName(partner)))}
      <figcaption>
        <span class="partner-head">
          <span class="file-name">${imageName(partner)}</span>
          ${partnerSteps(context, finding.related)} ${matchLine(partner)}
        </span>
        <p class="partner-caption ${partner.caption === '' ? 'dim' : ''}" dir="auto" tabindex="0">
          ${partner.caption === '' ? t('(no caption)') : partner.caption}
        </p>
      </figcaption>
    </figure>
  </div>`;
}

function partnerSteps(
  context: StageContext,
  related: readonly PairItem[],
): TemplateResult | typeof nothing {
  if (related.length < 2) return nothing;
  const step = (by: number, name: 'chevron-left' | 'chevron-right', label: string) => {
    const index = context.partner + by;
    return html`<button
      class="icon-button"
      type="button"
      title=${label}
      aria-label=${label}
      ?disabled=${index < 0 || index >= related.length}
      @click=${() => {
        context.choosePartner(index);
      }}
    >
      ${icon(name)}
    </button>`;
  };
  return html`<span class="steps">
    ${step(-1, 'chevron-left', t('Previous related pair'))}
    <span>${t('{0} of {1}', context.partner + 1, related.length)}</span>
    ${step(1, 'chevron-right', t('Next related pair'))}
  </span>`;
}

import { html, nothing, type TemplateResult } from 'lit';
import type { Neighbours } from '../../src/protocol/shapes.ts';
import { icon } from '../shared/icon.ts';
import { t } from '../shared/l10n.ts';
import { imageName } from '../shared/pairs.ts';
import { matchLine } from '../shared/score.ts';
import type { NeighboursSession } from './neighboursSession.ts';
import { siblingIndex } from './neighboursState.ts';
import '../shared/thumbnailElement.ts';

/** The pair in focus: image, file, caption, match and findings. */
export function focusCard(session: NeighboursSession, shown: Neighbours): TemplateResult {
  const { focus } = shown;
  const name = imageName(focus);
  const captionless = focus.caption === '';
  return html`<section class="focus-card" aria-labelledby="focus-name">
    <button
      class="focus-image"
      type="button"
      title=${t('Open image')}
      aria-label=${t('Open image {0}', name)}
      @click=${() => void session.open(focus, 'image')}
    >
      <pairlens-thumbnail
        .source=${session.thumbnails}
        .uri=${focus.imageUri}
        .generation=${session.thumbnails.generation}
        size="256"
      ></pairlens-thumbnail>
    </button>
    <div class="focus-text">
      <h2 class="file-name" id="focus-name" title=${focus.pair.image}>${name}</h2>
      <p class="focus-caption ${captionless ? 'dim' : ''}" dir="auto">
        ${captionless ? t('This image has no caption yet.') : focus.caption.slice(0, 2000)}
      </p>
      ${siblingSteps(session, shown)}
    </div>
    ${captionless ? nothing : matchLine(focus)}
    ${
      shown.findings.length === 0
        ? nothing
        : html`<ul class="focus-findings">
            ${shown.findings.map(
              (finding) =>
                html`<li>
                  ${icon(
                    finding.level === 'error'
                      ? 'error'
                      : finding.level === 'warning'
                        ? 'warning'
                        : 'info',
                    `level-${finding.level}`,
                  )}<span>${finding.message}</span>
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}

function siblingSteps(
  session: NeighboursSession,
  shown: Neighbours,
): TemplateResult | typeof nothing {
  const count = shown.siblings.length;
  if (count < 2) return nothing;
  const index = siblingIndex(shown);
  const step = (by: number, name: 'chevron-left' | 'chevron-right', label: string) => {
    const sibling = shown.siblings[index + by];
    return html`<button
      class="icon-button"
      type="button"
      title=${label}
      aria-label=${label}
      ?disabled=${sibling === undefined}
      @click=${() => {
        if (sibling !== undefined) session.look({ kind: 'pair', pair: sibling.pair });
      }}
    >
      ${icon(name)}
    </button>`;
  };
  return html`<div class="siblings">
    ${step(-1, 'chevron-left', t('Previous caption of this image'))}
    <span>${t('caption {0} of {1}', index + 1, count)}</span>
    ${step(1, 'chevron-right', t('Next caption of this image'))}
  </div>`;
}

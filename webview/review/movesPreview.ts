import { html, nothing, type TemplateResult } from 'lit';
import type { FindingItem } from '../../src/protocol/shapes.ts';
import { t } from '../shared/l10n.ts';
import { imageName } from '../shared/pairs.ts';
import type { Thumbnails } from '../shared/thumbnails.ts';
import { captionMoves, type ShownMove } from './captionMoves.ts';
import '../shared/thumbnailElement.ts';

/** Moves shown at each end of a long run; the others are shown on request. */
const SHOWN_AT_ENDS = 3;

/** What the fix writes: each picture with its new caption, of long runs both ends. */
export function captionMovesPreview(
  thumbnails: Thumbnails,
  finding: FindingItem | null,
): TemplateResult | typeof nothing {
  const moves = captionMoves(finding);
  if (moves.length === 0) return nothing;
  const rows = (some: readonly ShownMove[]): TemplateResult =>
    html`<ol class="moves">
      ${some.map((move) => moveRow(thumbnails, move))}
    </ol>`;
  const few = moves.length <= 2 * SHOWN_AT_ENDS + 1;
  const middle = moves.slice(SHOWN_AT_ENDS, -SHOWN_AT_ENDS);
  return html`<section class="caption-moves" aria-labelledby="moves-title">
    <h3 id="moves-title">${t('After the move')}</h3>
    ${
      few
        ? rows(moves)
        : html`${rows(moves.slice(0, SHOWN_AT_ENDS))}
            <details>
              <summary>${t('{0} more', middle.length)}</summary>
              ${rows(middle)}
            </details>
            ${rows(moves.slice(-SHOWN_AT_ENDS))}`
    }
  </section>`;
}

function moveRow(thumbnails: Thumbnails, { to, from }: ShownMove): TemplateResult {
  const name = imageName(to);
  return html`<li class="move">
    <pairlens-thumbnail
      class="move-picture"
      .source=${thumbnails}
      .uri=${to.imageUri}
      .alt=${t('Image {0}', name)}
      .generation=${thumbnails.generation}
      size="96"
    ></pairlens-thumbnail>
    <span class="move-text">
      <span class="file-name">${name}</span>
      <span dir="auto">${from.caption}</span>
    </span>
  </li>`;
}

import { html, nothing, type TemplateResult } from 'lit';
import type { Duplicates, PairItem } from '../../src/protocol/shapes.ts';
import { t } from '../shared/l10n.ts';
import { matchLine } from '../shared/score.ts';
import { fileSize } from '../shared/fileSize.ts';
import type { TriageSession } from './triageSession.ts';
import '../shared/thumbnailElement.ts';
import '@vscode-elements/elements/dist/vscode-button/index.js';

type DuplicateImage = Duplicates['images'][number];

/** Longest side of the pictures, in pixels. */
const PICTURE_PIXELS = 512;
/** Images with a key. */
const KEYS = 9;

/** All images of a finding of duplicates side by side, with what can be done with each. */
export function duplicatesView(session: TriageSession, group: Duplicates): TemplateResult {
  return html`<ul
    class="duplicates"
    aria-label=${t('The same picture in {0} files', group.images.length)}
  >
    ${group.images.map((image, index) => card(session, group, image, index))}
  </ul>`;
}

function card(
  session: TriageSession,
  group: Duplicates,
  image: DuplicateImage,
  index: number,
): TemplateResult {
  const { thumbnails } = session;
  const key = index < KEYS ? String(index + 1) : undefined;
  return html`<li class="duplicate">
    <pairlens-thumbnail
      class="duplicate-picture"
      .source=${thumbnails}
      .uri=${image.uri}
      .alt=${t('Image {0}', image.name)}
      .generation=${thumbnails.generation}
      size=${PICTURE_PIXELS}
    ></pairlens-thumbnail>
    <span class="file-name">${image.name}</span>
    <span class="dim">${factsOf(image)}</span>
    ${image.items.length === 0 ? html`<p class="dim">${t('(no caption)')}</p>` : image.items.map(captionOf)}
    <div class="choices">
      <vscode-button
        aria-keyshortcuts=${key ?? nothing}
        @click=${() => void session.act.keepDuplicate(index)}
        >${t('Keep this one')}${
          key === undefined
            ? nothing
            : html`<kbd slot="content-after" aria-hidden="true">${key}</kbd>`
        }</vscode-button
      >
      ${
        canGiveCaption(group, image)
          ? html`<vscode-button
              secondary
              @click=${() => void session.duplicates.setCaptions(image.items[0]?.caption ?? '')}
              >${t('Use its caption for all')}</vscode-button
            >`
          : nothing
      }
    </div>
  </li>`;
}

function captionOf(item: PairItem): TemplateResult {
  return html`<p class="duplicate-caption" dir="auto" tabindex="0">${item.caption}</p>
    ${matchLine(item)}`;
}

/** Such as "640 × 480 · 93 KB". */
function factsOf({ width, height, bytes }: DuplicateImage): string {
  const parts = [
    width === undefined || height === undefined ? t('not readable') : `${width} × ${height}`,
    bytes === undefined ? t('the file is gone') : fileSize(bytes),
  ];
  return parts.join(' · ');
}

/** Whether another image has another caption that can be changed. */
function canGiveCaption({ images }: Duplicates, { items }: DuplicateImage): boolean {
  const caption = items[0]?.caption;
  return (
    caption !== undefined &&
    images.some((other) =>
      other.items.some((item) => item.caption !== caption && item.readOnly === undefined),
    )
  );
}

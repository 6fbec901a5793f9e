import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { captionKind } from '../../src/core/text/captionTags.ts';
import { icon } from '../shared/icon.ts';
import { keyButton } from '../shared/keyButton.ts';
import { t } from '../shared/l10n.ts';
import { pairKey } from '../../src/protocol/pairKey.ts';
import { matchLine } from '../shared/score.ts';
import { type BrowseSession, STAGE_PIXELS } from './browseSession.ts';
import { type BrowseState, currentItem } from './browseState.ts';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '../shared/thumbnailElement.ts';
import './tagChips.ts';

/** The page of the pair at the cursor: its image, its caption with a live match, its findings. */
export function pairView(session: BrowseSession, state: BrowseState): TemplateResult {
  const browsed = currentItem(state);
  if (browsed === undefined) {
    return html`<section class="pair-view" aria-labelledby="pair-title">
      <h2 class="pair-title" id="pair-title" tabindex="-1">${t('Loading')}</h2>
    </section>`;
  }
  const { item, decision, untagged } = browsed;
  const key = pairKey(item.pair);
  const detail = state.detail?.key === key ? state.detail : null;
  const draft = state.drafts.get(key);
  const judged = draft === undefined ? item : detail?.match;
  const findings = detail?.neighbours?.findings ?? [];
  const step = (by: number) => () => {
    session.store.dispatch({ type: 'cursor', active: state.active + by });
  };
  return html`<section class="pair-view" aria-labelledby="pair-title">
    <div class="pair-head">
      ${keyButton(t('Back to the grid'), 'Esc', () => {
        session.store.dispatch({ type: 'open', opened: false });
      })}
      <h2 class="pair-title" id="pair-title" tabindex="-1" title=${item.pair.image}>
        ${item.pair.image}
      </h2>
      <span class="grow"></span>
      <span class="dim"
        >${t('{0} of {1}', (state.active + 1).toLocaleString(), (state.total ?? 0).toLocaleString())}</span
      >
      ${keyButton(t('Back'), 'K', step(-1))} ${keyButton(t('Next'), 'J', step(1))}
    </div>
    <div class="pair-stage">
      <pairlens-thumbnail
        .source=${session.thumbnails}
        .uri=${item.imageUri}
        .size=${STAGE_PIXELS}
        .generation=${session.thumbnails.generation}
        .alt=${item.pair.image}
      ></pairlens-thumbnail>
    </div>
    <div class="pair-side">
      <label class="pair-label" for="pair-caption">${t('Caption')}</label>
      <textarea
        id="pair-caption"
        class="pair-field"
        dir="auto"
        spellcheck="true"
        placeholder=${untagged === true ? t('Write a caption for this image') : ''}
        .value=${live(draft ?? item.caption)}
        @input=${(event: Event) => {
          session.type((event.target as HTMLTextAreaElement).value);
        }}
      ></textarea>
      ${
        hasTags(state, draft ?? item.caption)
          ? html`<pairlens-tag-chips
              .tags=${session.tags}
              .caption=${draft ?? item.caption}
              @caption-input=${(event: CustomEvent<string>) => {
                session.type(event.detail);
              }}
            ></pairlens-tag-chips>`
          : nothing
      }
      <div>${judged === undefined || judged === null ? nothing : matchLine(judged)}</div>
      <div class="choices">
        ${
          draft === undefined
            ? nothing
            : html`<vscode-button
                aria-keyshortcuts="Control+Enter"
                @click=${() => void session.apply()}
                >${t('Apply')} <kbd aria-hidden="true">Ctrl+Enter</kbd></vscode-button
              >`
        }
        ${keyButton(t('Verified'), 'V', () => void session.decide('verified'))}
        ${keyButton(t('Ignore'), 'I', () => void session.decide('excluded'))}
        ${keyButton(t('Exclude'), 'X', () => void session.exclude())}
        ${keyButton(t('Delete…'), 'Delete', () => void session.remove())}
        ${
          decision === undefined
            ? nothing
            : keyButton(t('Take verdict back'), 'B', () => void session.decide('none'))
        }
        ${keyButton(t('Open file'), 'O', () => void session.openFile())}
      </div>
      ${
        decision === undefined
          ? nothing
          : html`<p class="pair-decision">
              ${icon(decision === 'verified' ? 'pass-filled' : 'circle-slash')}
              ${decision === 'verified' ? t('verified') : t('ignored')}
            </p>`
      }
      ${
        findings.length === 0
          ? nothing
          : html`<ul class="pair-findings" aria-label=${t('Findings')}>
              ${findings.map(
                (finding) =>
                  html`<li>
                    <span class="tag tag-${finding.level}" title=${finding.code}
                      >${finding.shortTitle}</span
                    >
                    <span dir="auto">${finding.message.slice(0, 500)}</span>
                  </li>`,
              )}
            </ul>`
      }
    </div>
  </section>`;
}

/** Whether the tags of a caption are shown: it is a list of tags, or may become one in a dataset of tags. */
function hasTags({ tags }: BrowseState, caption: string): boolean {
  const kind = captionKind(caption);
  return (
    kind === 'tags' || (tags?.isOfTags === true && (kind === 'short' || caption.trim() === ''))
  );
}

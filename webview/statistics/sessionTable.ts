import { html, nothing, type TemplateResult } from 'lit';
import type { Statistics, Summary } from '../../src/protocol/statisticsShapes.ts';
import { t } from '../shared/l10n.ts';
import { scoreText } from '../shared/score.ts';

interface Row {
  readonly title: string;
  readonly of: (summary: Summary) => string;
  readonly query?: string;
}

/** Numbers of pairs now, and what they were after the first audit of the session. */
export function sessionTable(now: Statistics, browse: (query: string) => void): TemplateResult {
  const { before } = now;
  return html`<table class="session-table">
    <thead>
      <tr>
        <td></td>
        <th scope="col">${t('Now')}</th>
        ${before === undefined ? nothing : html`<th scope="col">${t('At the start')}</th>`}
      </tr>
    </thead>
    <tbody>
      ${rows().map(({ title, of, query }) => {
        const said = of(now);
        return html`<tr>
          <th scope="row">${title}</th>
          <td>
            ${
              query === undefined || said === '0'
                ? said
                : html`<button
                    class="link"
                    type="button"
                    aria-label=${t('{0}: {1}, browse them', title, said)}
                    @click=${() => {
                      browse(query);
                    }}
                  >
                    ${said}
                  </button>`
            }
          </td>
          ${before === undefined ? nothing : html`<td class=${of(before) === said ? 'dim' : ''}>${of(before)}</td>`}
        </tr>`;
      })}
    </tbody>
  </table>`;
}

function rows(): readonly Row[] {
  return [
    { title: t('Captions'), of: ({ captions }) => number(captions), query: '-untagged' },
    {
      title: t('Images without a caption'),
      of: ({ untagged }) => number(untagged),
      query: 'untagged',
    },
    { title: t('Pairs with findings'), of: ({ found }) => number(found), query: 'rule:*' },
    { title: t('Verified'), of: ({ verified }) => number(verified), query: 'decision:verified' },
    { title: t('Ignored'), of: ({ excluded }) => number(excluded), query: 'decision:ignored' },
    {
      title: t('Median match'),
      of: ({ medianMatch }) => (medianMatch === undefined ? '–' : scoreText(medianMatch)),
    },
  ];
}

function number(count: number): string {
  return count.toLocaleString();
}

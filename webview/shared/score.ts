import { html, type TemplateResult } from 'lit';
import { shownScore as scoreText } from '../../src/protocol/shownScore.ts';
import { t } from './l10n.ts';

export { scoreText };

export type MatchGrade = 'good' | 'fair' | 'poor';

/** Where a match stops being trusted; the same borders give the words and the colours. */
export function matchGrade(match: number): MatchGrade {
  if (match >= 0.7) return 'good';
  return match >= 0.35 ? 'fair' : 'poor';
}

export function matchWords(match: number): string {
  switch (matchGrade(match)) {
    case 'good':
      return t('fits well');
    case 'fair':
      return t('doubtful');
    case 'poor':
      return t('likely wrong');
  }
}

/** A bar for the eye; the number beside it says the same. */
export function meter(score: number, grade: MatchGrade | 'neutral'): TemplateResult {
  const width = Math.min(1, Math.max(0, score)) * 100;
  return html`<svg
    class="meter meter-${grade}"
    viewBox="0 0 100 4"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    <rect class="meter-track" width="100" height="4"></rect>
    <rect class="meter-fill" width=${width} height="4"></rect>
  </svg>`;
}

/** "Match 0.95 · fits well" with its bar; says so where there is no judgement. */
export function matchLine(match: number | undefined): TemplateResult {
  if (match === undefined) return html`<span class="match dim">${t('not judged')}</span>`;
  const grade = matchGrade(match);
  return html`<span class="match match-${grade}"
    ><span class="match-number">${t('match {0}', scoreText(match))}</span
    >${meter(match, grade)}<span class="match-words">${matchWords(match)}</span></span
  >`;
}

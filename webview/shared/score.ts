import { html, type TemplateResult } from 'lit';
import { shownScore as scoreText } from '../../src/protocol/shownScore.ts';
import type { CandidateGrade } from '../../src/protocol/candidate.ts';
import type { DatasetSummary, PairItem } from '../../src/protocol/shapes.ts';
import { t } from './l10n.ts';

export { scoreText };

export type MatchGrade = 'good' | 'fair' | 'poor';

/** Grade of a match; it selects both the words and the colour. */
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

/** The grade of a candidate in words. @param fits whether it is known to fit its present partner */
export function candidateWords(
  grade: CandidateGrade,
  what: 'caption' | 'image',
  fits: boolean,
): string {
  switch (grade) {
    case 'likely':
      return t('likely meant');
    case 'possible':
      return t('perhaps meant');
    case 'example':
      if (!fits) return what === 'caption' ? t('of another picture') : t('has another caption');
      return what === 'caption' ? t('fits its own picture') : t('has a caption that fits');
  }
}

/** Examples have no colour. */
export function candidateMeter(grade: CandidateGrade): MatchGrade | 'neutral' {
  return grade === 'likely' ? 'good' : grade === 'possible' ? 'fair' : 'neutral';
}

/** A decorative bar; the number beside it has the same content. */
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

/** How a pair was judged: its match, or why there is none. */
export type Judged = Pick<PairItem, 'match' | 'incomparable'>;

/** Such as "match 0.95, fits well", to be read out. */
export function judgedText({ match, incomparable }: Judged): string {
  if (match !== undefined) return t('match {0}, {1}', scoreText(match), matchWords(match));
  if (incomparable === undefined) return t('not judged');
  return incomparable === 'too-few' ? t('too few pairs to compare') : t('too alike to be judged');
}

/** Why the captions of a dataset are not judged against one another, as a sentence. */
function incomparableText(incomparable: NonNullable<PairItem['incomparable']>): string {
  return incomparable === 'too-few'
    ? t('This dataset has too few pairs to compare its captions with one another.')
    : t('The captions of this dataset are too alike to be judged against one another.');
}

/** What is said of a dataset whose captions are not judged against one another. */
export function unjudgedText({ incomparable, leastFitting = [] }: DatasetSummary): string {
  return [
    ...(incomparable === undefined ? [] : [incomparableText(incomparable)]),
    ...(leastFitting.length > 0 ? [t('The view Findings lists those that fit least.')] : []),
  ].join(' ');
}

/** Such as "match 0.95 · fits well" with a bar, or why there is no match. */
export function matchLine(judged: Judged): TemplateResult {
  const { match, incomparable } = judged;
  if (match === undefined) {
    const why = incomparable === undefined ? '' : incomparableText(incomparable);
    return html`<span class="match dim" title=${why}>${judgedText(judged)}</span>`;
  }
  const grade = matchGrade(match);
  return html`<span class="match match-${grade}"
    ><span class="match-number">${t('match {0}', scoreText(match))}</span
    >${meter(match, grade)}<span class="match-words">${matchWords(match)}</span></span
  >`;
}

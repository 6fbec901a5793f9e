import { t } from '../shared/l10n.ts';
import { judgedText } from '../shared/score.ts';
import { openFindings, type TriageState } from './triageState.ts';

/** What a screen reader says of the finding that is shown: its match while a caption is typed, else its message. */
export function announcement(triage: TriageState): string {
  const { current, detail } = triage;
  if (current === null) return '';
  if (detail.match !== null) return judgedText(detail.match);
  const [place, open] = [triage.index + 1, openFindings(triage).length];
  return t('Finding {0} of {1}: {2}', place, open, current.message);
}

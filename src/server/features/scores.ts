import * as l10n from '@vscode/l10n';
import { shownScore } from '../../protocol/shownScore.ts';

/** "match 0.95". */
export function matchText(match: number): string {
  return l10n.t('match {0}', shownScore(match));
}

/** "97 % sure". */
export function percentSure(probability: number): string {
  return l10n.t('{0} % sure', Math.min(99, Math.round(100 * probability)));
}

import * as l10n from '@vscode/l10n';

/** "match 0.95". Never 1.00 for what is only nearly certain, nor 0.00. */
export function matchText(match: number): string {
  return l10n.t('match {0}', Math.min(0.99, Math.max(0.01, match)).toFixed(2));
}

/** "97 % sure". */
export function percentSure(probability: number): string {
  return l10n.t('{0} % sure', Math.min(99, Math.round(100 * probability)));
}

import * as vscode from 'vscode';

/** What a rule's findings are called, short enough for a narrow sidebar; a rule that is newer than this table goes by its code. */
export function ruleTitle(code: string): string {
  const { l10n } = vscode;
  const titles: Readonly<Record<string, string>> = {
    'caption-mismatch': l10n.t('Mismatched captions'),
    'captions-swapped': l10n.t('Swapped captions'),
    'hard-negative': l10n.t('Hard negatives'),
    'exact-duplicate': l10n.t('Exact duplicates'),
    'near-duplicate': l10n.t('Near-duplicates'),
    'missing-caption': l10n.t('Missing captions'),
    'empty-caption': l10n.t('Empty captions'),
    'missing-image': l10n.t('Missing images'),
    'unreadable-image': l10n.t('Unreadable images'),
    'unreadable-caption': l10n.t('Unreadable captions'),
    'wrong-encoding': l10n.t('Wrong encoding'),
    'ambiguous-pair': l10n.t('Ambiguous pairs'),
    'outside-link': l10n.t('Links to outside'),
    'unreadable-decisions': l10n.t('Unreadable decisions'),
    'language-not-judged': l10n.t('Languages not judged'),
  };
  return titles[code] ?? code;
}

import * as vscode from 'vscode';

/** What a rule's findings are called; a rule that is newer than this table goes by its code. */
export function ruleTitle(code: string): string {
  const { l10n } = vscode;
  const titles: Readonly<Record<string, string>> = {
    'caption-mismatch': l10n.t('Captions that do not describe their image'),
    'captions-swapped': l10n.t('Captions that changed places'),
    'hard-negative': l10n.t('Pairs that training may confuse'),
    'exact-duplicate': l10n.t('The same file twice'),
    'near-duplicate': l10n.t('The same picture twice'),
    'missing-caption': l10n.t('Images without a caption'),
    'empty-caption': l10n.t('Empty captions'),
    'missing-image': l10n.t('Captions without an image'),
    'unreadable-image': l10n.t('Images that cannot be read'),
    'unreadable-caption': l10n.t('Captions that cannot be read'),
    'wrong-encoding': l10n.t('Captions in another encoding'),
    'ambiguous-pair': l10n.t('Captions that belong to more than one image'),
    'language-not-judged': l10n.t('Languages that are not judged'),
  };
  return titles[code] ?? code;
}

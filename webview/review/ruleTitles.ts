import { t } from '../shared/l10n.ts';

/** A finding's code in words; a code this page does not know yet stays as it is. */
export function ruleTitle(code: string): string {
  switch (code) {
    case 'caption-mismatch':
      return t('Caption does not fit');
    case 'captions-swapped':
      return t('Captions swapped');
    case 'hard-negative':
      return t('Easily confused');
    case 'exact-duplicate':
      return t('Same file twice');
    case 'near-duplicate':
      return t('Same picture twice');
    case 'missing-caption':
      return t('No caption');
    case 'empty-caption':
      return t('Empty caption');
    case 'missing-image':
      return t('No image');
    case 'unreadable-image':
      return t('Unreadable image');
    case 'unreadable-caption':
      return t('Unreadable caption');
    case 'wrong-encoding':
      return t('Wrong encoding');
    case 'ambiguous-pair':
      return t('Ambiguous pair');
    case 'outside-link':
      return t('Link to outside');
    case 'unreadable-decisions':
      return t('Unreadable decisions');
    case 'language-not-judged':
      return t('Language not judged');
    default:
      return code;
  }
}

import * as l10n from '@vscode/l10n';
import type { Sentence } from '../core/text/sentence.ts';

/** A sentence of the core in the client's language. */
export function said({ text, values }: Sentence): string {
  return l10n.t(text, ...values.map((value) => (typeof value === 'object' ? said(value) : value)));
}

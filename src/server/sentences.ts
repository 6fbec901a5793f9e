import * as l10n from '@vscode/l10n';
import type { Sentence, SentenceValue } from '../core/text/sentence.ts';
import { visibleText } from '../core/text/visibleText.ts';

/** A sentence of the core in the client's language; names and captions in it are made visible. */
export function said({ text, values }: Sentence): string {
  return l10n.t(text, ...values.map(shown));
}

function shown(value: SentenceValue): string | number {
  if (typeof value === 'object') return said(value);
  return typeof value === 'string' ? visibleText(value) : value;
}

import * as l10n from '@vscode/l10n';
import path from 'node:path';
import { existsSync } from 'node:fs';
import type { Sentence, SentenceValue } from '../core/text/sentence.ts';
import { visibleText } from '../core/text/visibleText.ts';

/** Locale names to try in order, such as `zh-cn`, `zh`. */
function spellings(locale: string): string[] {
  const lower = locale.toLowerCase().replaceAll('_', '-');
  return [lower, lower.split('-')[0] ?? lower];
}

/**
 * Loads the message bundle of the client's language, if there is one.
 * @param folder of `server.l10n.<language>.json`.
 */
export function useLanguage(locale: string | undefined, folder: string | undefined): void {
  if (locale === undefined || folder === undefined) return;
  for (const spelling of spellings(locale)) {
    if (!/^[a-z0-9-]+$/.test(spelling)) continue;
    const file = path.join(folder, `server.l10n.${spelling}.json`);
    if (!existsSync(file)) continue;
    l10n.config({ fsPath: file });
    return;
  }
}

/** Translates a sentence into the client's language; control characters in its values are escaped. */
export function localize({ text, values }: Sentence): string {
  return l10n.t(text, ...values.map(shown));
}

function shown(value: SentenceValue): string | number {
  if (typeof value === 'object') return localize(value);
  return typeof value === 'string' ? visibleText(value) : value;
}

import * as l10n from '@vscode/l10n';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** `zh-CN` before `zh`. */
function spellings(locale: string): string[] {
  const lower = locale.toLowerCase().replaceAll('_', '-');
  return [lower, lower.split('-')[0] ?? lower];
}

/**
 * Makes messages come in the client's language, where there is a bundle for it.
 * @param folder that holds `server.l10n.<language>.json`.
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

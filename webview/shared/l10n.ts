import { config, t as translate } from '@vscode/l10n';
import { z } from 'zod';

const bundleSchema = z.record(
  z.string(),
  z.union([z.string(), z.object({ message: z.string(), comment: z.array(z.string()) })]),
);

/** The part of Document that is used. */
interface StringsPage {
  querySelector(selector: string): { readonly textContent: string | null } | null;
}

/** Reads the translations that the host wrote into the page (`#pairlens-strings`); default is English. */
export function loadStrings(root: StringsPage): void {
  const block = root.querySelector('#pairlens-strings')?.textContent;
  if (block === undefined || block === null || block.trim() === '') return;
  const bundle = bundleSchema.safeParse(JSON.parse(block));
  if (bundle.success) config({ contents: bundle.data });
}

/** Translates `message`, the English text; `{0}`, `{1}`... are replaced by `args`. */
export function t(message: string, ...args: (string | number)[]): string {
  return translate(message, ...args);
}

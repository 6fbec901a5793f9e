import { config, t as translate } from '@vscode/l10n';
import { z } from 'zod';

const bundleSchema = z.record(
  z.string(),
  z.union([z.string(), z.object({ message: z.string(), comment: z.array(z.string()) })]),
);

/** The part of a document that is needed. */
interface StringsPage {
  querySelector(selector: string): { readonly textContent: string | null } | null;
}

/** Reads the strings the host wrote into the page (`#pairlens-strings`); without them texts stay English. */
export function loadStrings(root: StringsPage): void {
  const block = root.querySelector('#pairlens-strings')?.textContent;
  if (block === undefined || block === null || block.trim() === '') return;
  const bundle = bundleSchema.safeParse(JSON.parse(block));
  if (bundle.success) config({ contents: bundle.data });
}

/** The text in the person's language; the key is the English text, `{0}`, `{1}`... stand for `args`. */
export function t(message: string, ...args: (string | number)[]): string {
  return translate(message, ...args);
}

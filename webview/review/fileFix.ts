import { html, nothing, type TemplateResult } from 'lit';
import type { FindingItem, FixItem } from '../../src/protocol/shapes.ts';
import { t } from '../shared/l10n.ts';

const FILE_FIXES: readonly FixItem['kind'][] = [
  'save-as-utf8',
  'rename-caption-file',
  'separate-images',
];

/** The fix of a finding that converts or renames a caption file, if any. */
export function fileFix(finding: FindingItem | null): FixItem | undefined {
  return finding?.fixes.find(({ kind }) => FILE_FIXES.includes(kind));
}

/** The label of its button. */
export function fileFixLabel({ kind }: FixItem): string {
  switch (kind) {
    case 'save-as-utf8':
      return t('Save as UTF-8');
    case 'separate-images':
      return t('Rename the image');
    default:
      return t('Rename the caption file');
  }
}

/** Preview of the caption file after the fix. */
export function fileFixPreview(finding: FindingItem): TemplateResult | typeof nothing {
  const fix = fileFix(finding);
  if (fix === undefined) return nothing;
  if (fix.kind === 'separate-images') return html`<p class="file-fix">${fix.title}.</p>`;
  const about =
    fix.kind === 'save-as-utf8'
      ? t('Read as {0} (a guess: check that it reads well):', fix.encoding ?? '')
      : t('The caption file says:');
  return html`<div class="file-fix">
    <p class="dim">${about}</p>
    <blockquote class="file-text" dir="auto">${fix.caption}</blockquote>
    ${fix.kind === 'rename-caption-file' ? html`<p class="dim">${fix.title}</p>` : nothing}
  </div>`;
}

import type { Finding, Fix } from '../../core/audit/finding.ts';
import type { RuleCode } from '../../core/audit/rule.ts';
import { LIKELY } from '../../core/candidateLevels.ts';

/** Which fixes are wanted. */
export interface WantedFixes {
  /** The rules that were named; without them those fixes of all rules that need no choice. */
  readonly rules: ReadonlySet<RuleCode> | undefined;
  /** Whether wrong captions are replaced: by the likely suggestion, or by the first one in any case. */
  readonly suggestions: 'likely' | 'first' | undefined;
}

/** A fix that writes to files. */
export type WritingFix = Exclude<
  Fix,
  { readonly kind: 'create-caption' | 'mark-verified' | 'exclude-pair' }
>;

/** Confidence of a finding from which its captions are moved without the rule being named. */
const CONFIDENT = 0.9;

/**
 * The fix of a finding that is applied; undefined if there is none, or a person must choose. A caption of another image is
 * never a fix without `suggestions`, and one that fits its own image never is.
 */
export function chooseFix(finding: Finding, wanted: WantedFixes): WritingFix | undefined {
  const isNamed = wanted.rules?.has(finding.code) ?? false;
  return finding.fixes.filter(writes).find((fix) => isWanted(fix, finding, isNamed, wanted));
}

/** Whether any fix of the finding could be applied. */
export function hasWritingFix({ fixes }: Finding): boolean {
  return fixes.some(writes);
}

function writes(fix: Fix): fix is WritingFix {
  return !['create-caption', 'mark-verified', 'exclude-pair'].includes(fix.kind);
}

function isWanted(
  fix: WritingFix,
  { confidence }: Finding,
  isNamed: boolean,
  { suggestions }: WantedFixes,
): boolean {
  switch (fix.kind) {
    case 'plain-utf8':
    case 'save-as-utf8':
      return true;
    case 'rename-caption-file':
      return isNamed || fix.move.known;
    case 'separate-images':
      return isNamed;
    case 'swap-captions':
    case 'move-captions':
      return isNamed || confidence >= CONFIDENT;
    case 'replace-caption': {
      // Without a probability it follows from the caption itself, such as a tag that is there twice.
      if (fix.match === undefined) return true;
      if (!isNamed || suggestions === undefined || fix.homeless !== true) return false;
      return suggestions === 'first' || fix.match >= LIKELY;
    }
  }
}

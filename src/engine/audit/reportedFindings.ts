import type { Detected } from '../../core/audit/detectors/detector.ts';
import type { Finding } from '../../core/audit/finding.ts';
import { LEVELS_WORST_FIRST } from '../../core/audit/rule.ts';
import { type Levels, levelOf, RULES } from '../../core/audit/rules.ts';

/**
 * Findings of pairs that another finding supersedes, as `code pair` or `code image`.
 * @param about whether that finding is about the same pair, or about its image as a whole
 */
export function superseded(
  detected: readonly Detected[],
  levels: Levels,
  about: 'pair' | 'image',
): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { code, pair, image, relatedPairs } of detected) {
    const place = about === 'pair' ? pair : pair === undefined ? image : undefined;
    if (place === undefined || levelOf(levels, code) === 'off') continue;
    const rule = RULES.get(code);
    const places = rule?.coversRelated === true ? [place, ...relatedPairs] : [place];
    for (const other of rule?.supersedes ?? []) {
      for (const each of places) keys.add(`${other} ${each}`);
    }
  }
  return keys;
}

/** Without the findings that another one about the same pair or image supersedes. */
function withoutSuperseded(detected: readonly Detected[], levels: Levels): readonly Detected[] {
  const byPair = superseded(detected, levels, 'pair');
  const byImage = superseded(detected, levels, 'image');
  return detected.filter(
    ({ code, pair, image = '' }) =>
      pair === undefined || !(byPair.has(`${code} ${pair}`) || byImage.has(`${code} ${image}`)),
  );
}

/** Captions that a reported exchange gives to an image. */
function exchangedCaptions(findings: readonly Finding[]): ReadonlySet<string> {
  return new Set(
    findings.flatMap(({ fixes, caption }) =>
      caption !== undefined && fixes.some(({ kind }) => kind === 'swap-captions') ? [caption] : [],
    ),
  );
}

/** A finding that does not suggest captions which belong to another image by a reported exchange. */
function without(finding: Finding, placed: ReadonlySet<string>): Finding {
  const fixes = finding.fixes.filter(
    (fix) => fix.kind !== 'replace-caption' || fix.match === undefined || !placed.has(fix.caption),
  );
  return fixes.length === finding.fixes.length ? finding : { ...finding, fixes };
}

/** The findings that are not off, each with its level, the worst first. */
export function findingsAt(levels: Levels, detected: readonly Detected[]): Finding[] {
  const reported = withoutSuperseded(detected, levels).flatMap((finding): Finding[] => {
    const level = levelOf(levels, finding.code);
    return level === 'off' ? [] : [{ ...finding, level }];
  });
  const placed = exchangedCaptions(reported);
  const findings = placed.size === 0 ? reported : reported.map((each) => without(each, placed));
  const rank = (finding: Finding): number => LEVELS_WORST_FIRST.indexOf(finding.level);
  return findings.sort((a, b) => rank(a) - rank(b) || b.confidence - a.confidence);
}

import type { FindingItem } from '../../src/protocol/shapes.ts';

/** Wrong captions come first, whatever the levels of other rules: they are what a person is needed for. */
export function wrongCaptionsFirst(findings: readonly FindingItem[]): readonly FindingItem[] {
  const wrong = findings.filter(({ wrongCaption }) => wrongCaption === true);
  const others = findings.filter(({ wrongCaption }) => wrongCaption !== true);
  return [...wrong, ...others];
}

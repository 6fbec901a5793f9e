import { literally } from '../text/literally.ts';

/** A test for texts like `pattern`, in which `*` stands for any characters and `\\*` for itself; case is ignored. */
export function patternTest(pattern: string): (text: string) => boolean {
  const parts = fixedParts(pattern).map(literally);
  const whole = new RegExp(`^${parts.join('.*')}$`, 'isu');
  return (text) => whole.test(text.normalize('NFC'));
}

/** The texts between the `*` of a pattern. */
export function fixedParts(pattern: string): string[] {
  const parts = pattern.normalize('NFC').split(/(?<!\\)\*/u);
  return parts.map((part) => part.replaceAll('\\*', '*'));
}

export function matchesPattern(pattern: string, text: string): boolean {
  return patternTest(pattern)(text);
}

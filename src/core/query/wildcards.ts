import { literally } from '../text/literally.ts';

/** A test for texts like `pattern`, in which `*` stands for any characters; case is ignored. */
export function patternTest(pattern: string): (text: string) => boolean {
  const parts = pattern.normalize('NFC').split('*').map(literally);
  const whole = new RegExp(`^${parts.join('.*')}$`, 'isu');
  return (text) => whole.test(text.normalize('NFC'));
}

export function matchesPattern(pattern: string, text: string): boolean {
  return patternTest(pattern)(text);
}

const SPECIAL = /[\\^$.*+?()[\]{}|/]/gu;

/** A regular expression that matches the text itself. */
export function literally(text: string): string {
  return text.replace(SPECIAL, '\\$&');
}

import { visibleText, shorten } from '../core/text/visibleText.ts';

const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

/**
 * A person's text (a caption, a file name) inside Markdown: it is read as written, on one line, whatever it holds -
 * HTML, links, pictures, emphasis, `command:` links, `$(icons)`, bare addresses.
 * @param limit characters kept.
 */
export function markdownText(text: string, limit: number): string {
  return plainText(text, limit)
    .replace(/[<>&]/g, (character) => ENTITIES[character] ?? '')
    .replace(/[\\`*_{}[\]()#+\-!|~$:@]/g, '\\$&')
    .replace(/^(\s*\d+)\./, '$1\\.')
    .replace(/\bwww\./gi, 'www\\.');
}

/** The same for clients that show text as it is. */
export function plainText(text: string, limit: number): string {
  // Shortened first: a caption may be long, and the pattern looks at each run of white space anew.
  const head = shorten(text, 2 * limit);
  return shorten(visibleText(head.replace(/\s*[\r\n]\s*/g, ' ')), limit);
}

/** A link that runs a command of the client. `text` is Markdown already. */
export function commandLink(text: string, command: string, args: readonly unknown[]): string {
  // Parentheses are all that encodeURIComponent leaves that could end the link.
  const query = encodeURIComponent(JSON.stringify(args)).replace(
    /[()'*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
  return `[${text}](command:${command}?${query})`;
}

import { visibleText, shorten } from '../core/text/visibleText.ts';

const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

/**
 * Escapes a caption or file name for Markdown, on one line: HTML, links, images, emphasis, `command:` links,
 * `$(icons)` and bare URLs in it are shown as text.
 * @param limit longest result in characters, before escaping.
 */
export function markdownText(text: string, limit: number): string {
  return plainText(text, limit)
    .replace(/[<>&]/g, (character) => ENTITIES[character] ?? '')
    .replace(/[\\`*_{}[\]()#+\-!|~$:@]/g, '\\$&')
    .replace(/^(\s*\d+)\./, '$1\\.')
    .replace(/\bwww\./gi, 'www\\.');
}

/** The same for clients that do not render Markdown. */
export function plainText(text: string, limit: number): string {
  // Shortened first: the pattern takes quadratic time on long runs of white space.
  const head = shorten(text, 2 * limit);
  return shorten(visibleText(head.replace(/\s*[\r\n]\s*/g, ' ')), limit);
}

/** A Markdown link that runs a client command. `text` must be Markdown. */
export function commandLink(text: string, command: string, args: readonly unknown[]): string {
  // encodeURIComponent leaves parentheses, which could end the link.
  const query = encodeURIComponent(JSON.stringify(args)).replace(
    /[()'*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
  return `[${text}](command:${command}?${query})`;
}

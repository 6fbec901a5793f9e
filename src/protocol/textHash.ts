/** Hash of a text with normalized line ends, because editors normalize files with mixed line ends. */
export async function textHash(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text.replaceAll(/\r\n?/g, '\n'));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Names of the caption column in Hugging Face sets, the usual first. */
const CAPTION_COLUMNS = ['text', 'caption', 'captions', 'prompt', 'description', 'sentence'];

/** The column that holds the caption, or undefined. Case is ignored, the order of the list decides. */
export function captionColumn(columns: readonly string[]): string | undefined {
  const folded = columns.map((column) => column.trim().toLowerCase());
  for (const wanted of CAPTION_COLUMNS) {
    const at = folded.indexOf(wanted);
    if (at >= 0) return columns[at];
  }
  return undefined;
}

/** A tag of a caption with its range, without the space around it. */
export interface CaptionTag {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const TAG = /[^,\r\n]+/gu;

/** The parts of a caption between commas and line ends. */
export function tagsIn(caption: string): CaptionTag[] {
  const tags: CaptionTag[] = [];
  for (const { 0: part, index } of caption.matchAll(TAG)) {
    const text = part.trim();
    if (text === '') continue;
    const start = index + part.indexOf(text);
    tags.push({ text, start, end: start + text.length });
  }
  return tags;
}

/** What equal tags have in common: `Long_Hair` and `long hair` are one tag. */
export function tagKey(tag: string): string {
  return tag
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/gu, ' ');
}

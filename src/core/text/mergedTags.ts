import { tagKey, tagsIn } from './captionTags.ts';

/** Longest tag in words; what is longer is a part of a sentence. */
const TAG_WORDS = 4;

/**
 * The tags of several captions, each once, in the order of their first appearance. Undefined if a caption is no list of tags:
 * sentences cannot be merged by rule.
 */
export function mergedTags(captions: readonly string[]): string | undefined {
  const tags = captions.map((caption) => tagsIn(caption).map(({ text }) => text));
  const areTags = tags.every(
    (all) => all.length > 1 && all.every((tag) => tag.split(/\s+/u).length <= TAG_WORDS),
  );
  if (!areTags || tags.length === 0) return undefined;
  const merged = new Map<string, string>();
  for (const tag of tags.flat()) if (!merged.has(tagKey(tag))) merged.set(tagKey(tag), tag);
  return [...merged.values()].join(', ');
}

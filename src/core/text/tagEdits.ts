import { tagKey, tagsIn, tagSections, type TagUnit } from './captionTags.ts';

/*
 * Changes of the tags of a caption. Everything else keeps its characters: other tags, weights, escapes, separators and
 * line ends.
 */

/** With tags at the end, each unless the caption has it. */
export function withTags(caption: string, tags: readonly string[]): string {
  let out = caption;
  for (const tag of tags.map((each) => each.trim())) {
    if (tag === '' || hasTag(out, tag)) continue;
    const words = out.replace(/[\s,]+$/u, '');
    const comma = /,\S/u.test(words) && !words.includes(', ') ? ',' : ', ';
    out = words.trim() === '' ? tag : `${words}${comma}${tag}`;
  }
  return out;
}

/** Without tags and the commas that separated them; a line that held nothing else goes, too. */
export function withoutTags(caption: string, tags: readonly string[]): string {
  const keys = keysOf(tags);
  let out = caption;
  for (;;) {
    // Read again after each: brackets around two tags are around one when the other is gone.
    const found = tagsIn(out).findLast(({ text }) => keys.has(tagKey(text)));
    if (found === undefined) return out;
    out = withoutRange(out, found.outer);
  }
}

/** Without the tag at a place of `tagsIn`. */
export function withoutTagAt(caption: string, index: number): string {
  const tag = tagsIn(caption)[index];
  return tag === undefined ? caption : withoutRange(caption, tag.outer);
}

/**
 * With a tag at the place of another, by their places in `tagsIn`. It moves with those in the same brackets, and only
 * within its section.
 */
export function withTagMoved(caption: string, from: number, to: number): string {
  const tags = tagsIn(caption);
  const has = (unit: TagUnit, index: number): boolean =>
    unit.tags.some(({ start }) => start === tags[index]?.start);
  return rearranged(caption, (section) => {
    const [source, target] = [from, to].map((index) =>
      section.findIndex((unit) => has(unit, index)),
    );
    const unit = section[source ?? -1];
    if (unit === undefined || target === undefined || target < 0) return section;
    const others = section.filter((each) => each !== unit);
    return [...others.slice(0, target), unit, ...others.slice(target)];
  });
}

/**
 * With one tag in the place of others: the first of them is renamed, the others go. A tag that the caption has already
 * under the new name keeps its place.
 */
export function withRenamedTags(caption: string, tags: readonly string[], to: string): string {
  const name = to.trim();
  if (name === '') return caption;
  const keys = keysOf(tags);
  const wanted = tagKey(name);
  const isOld = ({ text }: { readonly text: string }): boolean => keys.has(tagKey(text));
  let out = caption;
  for (;;) {
    const found = tagsIn(out).filter((tag) => isOld(tag) || tagKey(tag.text) === wanted);
    const kept = found.find(({ text }) => tagKey(text) === wanted) ?? found[0];
    const extra = found.findLast((tag) => tag !== kept && isOld(tag));
    if (extra !== undefined) out = withoutRange(out, extra.outer);
    else if (kept === undefined || !isOld(kept)) return out;
    else return out.slice(0, kept.start) + asWritten(name, kept.text) + out.slice(kept.end);
  }
}

/** With tags first, in this order, in each section that has them. */
export function withTagsFirst(caption: string, tags: readonly string[]): string {
  const ranks = new Map([...keysOf(tags)].map((key, rank) => [key, rank]));
  const rankOf = (unit: TagUnit): number =>
    Math.min(...unit.tags.map(({ text }) => ranks.get(tagKey(text)) ?? Infinity));
  return sorted(caption, (a, b) => {
    const [first, second] = [rankOf(a), rankOf(b)];
    return first === second ? 0 : first - second;
  });
}

/** With the tags of each section in order. @param compare of the keys of tags */
export function withSortedTags(
  caption: string,
  compare: (key: string, other: string) => number,
): string {
  const keyOf = ({ tags: [first] }: TagUnit): string => tagKey(first?.text ?? '');
  return sorted(caption, (a, b) => compare(keyOf(a), keyOf(b)));
}

function sorted(caption: string, compare: (a: TagUnit, b: TagUnit) => number): string {
  return rearranged(caption, (section) => [...section].sort(compare));
}

/** Puts the units of each section into the places of others; the text between them stays. */
function rearranged(
  caption: string,
  order: (section: readonly TagUnit[]) => readonly TagUnit[],
): string {
  let out = '';
  let at = 0;
  for (const section of tagSections(caption)) {
    const units = order(section);
    for (const [n, { start, end }] of section.entries()) {
      const unit = units[n] ?? { start, end };
      out += caption.slice(at, start) + caption.slice(unit.start, unit.end);
      at = end;
    }
  }
  return out + caption.slice(at);
}

function hasTag(caption: string, tag: string): boolean {
  const key = tagKey(tag);
  return tagsIn(caption).some(({ text }) => tagKey(text) === key);
}

function keysOf(tags: readonly string[]): Set<string> {
  return new Set(tags.map(tagKey).filter((key) => key !== ''));
}

/** A name with escaped brackets if the tag that it replaces has them: unescaped ones would give weight. */
function asWritten(name: string, old: string): string {
  return /\\[()[\]{}]/u.test(old) ? name.replace(/(?<!\\)[()[\]{}]/gu, '\\$&') : name;
}

function withoutRange(
  caption: string,
  { start, end }: { readonly start: number; readonly end: number },
): string {
  const head = caption.slice(0, start);
  const tail = caption.slice(end);
  const after = /^[^\S\r\n]*,[^\S\r\n]*/u.exec(tail)?.[0].length ?? 0;
  if (after > 0) return head + tail.slice(after);
  const before = /[^\S\r\n]*,[^\S\r\n]*$/u.exec(head)?.[0].length ?? 0;
  if (before > 0) return head.slice(0, head.length - before) + tail;
  const line = /(?:^|\r?\n)[^\S\r\n]*$/u.exec(head)?.[0];
  const lineEnd = /^[^\S\r\n]*(?:\r?\n|$)/u.exec(tail)?.[0];
  if (line === undefined || lineEnd === undefined) return head + tail;
  // The last line takes the line end before it along, any other its own.
  return tail.length === lineEnd.length && !lineEnd.endsWith('\n')
    ? head.slice(0, head.length - line.length)
    : head.slice(0, head.length - line.replace(/^\r?\n/u, '').length) + tail.slice(lineEnd.length);
}

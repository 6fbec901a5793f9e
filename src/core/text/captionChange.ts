import { tagKey, tagsIn } from './captionTags.ts';
import { literally } from './literally.ts';

/** A change that is made to many captions at once. */
export type CaptionChange =
  | { readonly kind: 'prepend' | 'append'; readonly text: string }
  | {
      readonly kind: 'replace';
      readonly find: string;
      readonly replacement: string;
      /** Whether `find` is a regular expression; `replacement` may then hold `$1`. */
      readonly regex: boolean;
      readonly matchCase: boolean;
    }
  | { readonly kind: 'add-tag' | 'remove-tag'; readonly tag: string }
  | { readonly kind: 'rename-tag'; readonly tag: string; readonly to: string };

/** The caption after a change, which may leave it as it is. @throws SyntaxError for an invalid regular expression. */
export function changedCaption(caption: string, change: CaptionChange): string {
  switch (change.kind) {
    case 'prepend':
      return change.text + caption;
    case 'append':
      return caption.trimEnd() + change.text;
    case 'replace': {
      const { find, replacement, regex, matchCase } = change;
      if (find === '') return caption;
      const pattern = new RegExp(regex ? find : literally(find), matchCase ? 'gu' : 'giu');
      return regex
        ? caption.replace(pattern, replacement)
        : caption.replace(pattern, () => replacement);
    }
    case 'add-tag':
      return withTag(caption, change.tag.trim());
    case 'remove-tag':
      return withoutTag(caption, change.tag);
    case 'rename-tag':
      return withRenamedTag(caption, change.tag, change.to.trim());
  }
}

function withTag(caption: string, tag: string): string {
  if (tag === '' || tagsIn(caption).some(({ text }) => tagKey(text) === tagKey(tag)))
    return caption;
  const words = caption.replace(/[\s,]+$/u, '');
  if (words.trim() === '') return tag;
  return `${words}${/,\S/u.test(words) && !words.includes(', ') ? ',' : ', '}${tag}`;
}

/** Without the tag and the comma that separated it. */
function withoutTag(caption: string, tag: string): string {
  let out = caption;
  for (const { start, end } of tagsIn(caption).reverse().filter(isLike(tag))) {
    const after = /^[^\S\r\n]*,[^\S\r\n]*/u.exec(out.slice(end))?.[0].length ?? 0;
    const before =
      after > 0 ? 0 : (/[^\S\r\n]*,[^\S\r\n]*$/u.exec(out.slice(0, start))?.[0].length ?? 0);
    out = out.slice(0, start - before) + out.slice(end + after);
  }
  return out;
}

/** A caption that has the new tag already loses the old one. */
function withRenamedTag(caption: string, tag: string, to: string): string {
  if (to === '') return caption;
  const isOther = tagKey(tag) !== tagKey(to);
  const tags = tagsIn(caption);
  if (isOther && tags.some(isLike(to))) return withoutTag(caption, tag);
  const [first, ...others] = tags.filter(isLike(tag));
  if (first === undefined) return caption;
  let out = caption;
  for (const { start, end } of [first, ...others].reverse()) {
    out = out.slice(0, start) + to + out.slice(end);
  }
  return out;
}

function isLike(tag: string): (other: { readonly text: string }) => boolean {
  const key = tagKey(tag);
  return ({ text }) => tagKey(text) === key;
}

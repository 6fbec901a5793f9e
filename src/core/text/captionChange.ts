import { literally } from './literally.ts';
import {
  withoutTags,
  withRenamedTags,
  withSortedTags,
  withTags,
  withTagsFirst,
} from './tagEdits.ts';
import type { TagVocabulary } from './tagVocabulary.ts';

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
  /** Of `add-tags` those that the caption lacks; `first-tags` puts tags first, in this order. */
  | { readonly kind: 'add-tags' | 'remove-tags' | 'first-tags'; readonly tags: readonly string[] }
  /** One tag in the place of others. */
  | { readonly kind: 'rename-tags'; readonly tags: readonly string[]; readonly to: string }
  /** Of captions that are lists of tags: in the order of names, or the most frequent in the dataset first. */
  | { readonly kind: 'sort-tags'; readonly by: 'name' | 'count' };

/**
 * The caption after a change, which may leave it as it is.
 * @param vocabulary of its dataset, which `sort-tags` asks
 * @throws SyntaxError for an invalid regular expression.
 */
export function changedCaption(
  caption: string,
  change: CaptionChange,
  vocabulary: Pick<TagVocabulary, 'isTagList' | 'countOf'>,
): string {
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
    case 'add-tags':
      return withTags(caption, change.tags);
    case 'remove-tags':
      return withoutTags(caption, change.tags);
    case 'first-tags':
      return withTagsFirst(caption, change.tags);
    case 'rename-tags':
      return withRenamedTags(caption, change.tags, change.to);
    case 'sort-tags': {
      if (!vocabulary.isTagList(caption)) return caption;
      const byName = (key: string, other: string): number => NAMES.compare(key, other);
      return withSortedTags(
        caption,
        change.by === 'name'
          ? byName
          : (key, other) => vocabulary.countOf(other) - vocabulary.countOf(key),
      );
    }
  }
}

const NAMES = new Intl.Collator('en', { numeric: true });

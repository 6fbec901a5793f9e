import { captionKind, type CaptionTag, kindOfTags, tagKey, tagsIn } from './captionTags.ts';

/** A tag with the number of captions that have it. */
export interface TagCount {
  /** In the most frequent spelling. */
  readonly tag: string;
  readonly captions: number;
}

/** How often the tags of some captions are written, by key and spelling. */
class TagCounter {
  readonly #spellings = new Map<string, Map<string, number>>();
  readonly #captions = new Map<string, number>();

  get keys(): Iterable<string> {
    return this.#captions.keys();
  }

  /** @param by 1 for a caption that is new, -1 for one that is gone */
  count(tags: readonly CaptionTag[], by: 1 | -1): void {
    const seen = new Set<string>();
    for (const { text } of tags) {
      const key = tagKey(text);
      let spellings = this.#spellings.get(key);
      if (spellings === undefined)
        this.#spellings.set(key, (spellings = new Map<string, number>()));
      added(spellings, text, by);
      if (seen.has(key)) continue;
      seen.add(key);
      added(this.#captions, key, by);
    }
  }

  captionsOf(key: string): number {
    return this.#captions.get(key) ?? 0;
  }

  spellingsOf(key: string): ReadonlyMap<string, number> {
    return this.#spellings.get(key) ?? new Map<string, number>();
  }
}

/** Least share of tag lists and short captions with which short captions count as tags. */
const DATASET_OF_TAGS = 2 / 3;

/**
 * The tags of a dataset. Captions that are lists of tags count; those with one or two short parts only in a dataset whose
 * captions mostly are tags, because elsewhere they are short descriptions; sentences never.
 */
export class TagVocabulary {
  readonly #kinds = { tags: 0, short: 0, prose: 0 };
  readonly #lists = new TagCounter();
  readonly #short = new TagCounter();
  #counts: readonly TagCount[] | undefined;

  static of(captions: Iterable<string>): TagVocabulary {
    const vocabulary = new TagVocabulary();
    for (const caption of captions) vocabulary.add(caption);
    return vocabulary;
  }

  add(caption: string): void {
    this.#count(caption, 1);
  }

  /** Takes back what `add` counted. */
  remove(caption: string): void {
    this.#count(caption, -1);
  }

  /** Whether the parts of a caption of this dataset are tags. */
  isTagList(caption: string): boolean {
    const kind = captionKind(caption);
    return kind === 'tags' || (kind === 'short' && this.isOfTags);
  }

  /** Whether most captions of the dataset are tags. */
  get isOfTags(): boolean {
    const { tags, short, prose } = this.#kinds;
    return tags + short > 0 && tags + short >= DATASET_OF_TAGS * (tags + short + prose);
  }

  /** Number of captions with a tag, by its key. */
  countOf(key: string): number {
    return this.#lists.captionsOf(key) + (this.isOfTags ? this.#short.captionsOf(key) : 0);
  }

  /** All tags, the most frequent first. */
  get tags(): readonly TagCount[] {
    return (this.#counts ??= this.#sorted());
  }

  #count(caption: string, by: 1 | -1): void {
    if (caption.trim() === '') return;
    this.#counts = undefined;
    const tags = tagsIn(caption);
    const kind = kindOfTags(caption, tags);
    this.#kinds[kind] += by;
    if (kind === 'tags') this.#lists.count(tags, by);
    else if (kind === 'short') this.#short.count(tags, by);
  }

  #sorted(): TagCount[] {
    const counters = this.isOfTags ? [this.#lists, this.#short] : [this.#lists];
    const keys = new Set(counters.flatMap(({ keys: some }) => [...some]));
    return [...keys]
      .map((key) => ({
        key,
        tag: mostFrequent(counters.map((counter) => counter.spellingsOf(key))) ?? key,
        captions: this.countOf(key),
      }))
      .sort((a, b) => b.captions - a.captions || (a.key < b.key ? -1 : 1))
      .map(({ tag, captions }) => ({ tag, captions }));
  }
}

/** The tags of several datasets as one list, the most frequent first. */
export function mergedTags(lists: readonly (readonly TagCount[])[]): readonly TagCount[] {
  const [only, ...others] = lists;
  if (only === undefined || others.length === 0) return only ?? [];
  const merged = new Map<string, TagCount>();
  for (const { tag, captions } of lists.flat().sort((a, b) => b.captions - a.captions)) {
    const key = tagKey(tag);
    const known = merged.get(key);
    merged.set(key, { tag: known?.tag ?? tag, captions: captions + (known?.captions ?? 0) });
  }
  return [...merged.values()].sort((a, b) => b.captions - a.captions);
}

/** Tags whose name holds a text, those that begin with it first; the most frequent first. */
export function tagsLike(tags: readonly TagCount[], text: string): TagCount[] {
  const wanted = tagKey(text);
  if (wanted === '') return [...tags];
  const begin: TagCount[] = [];
  const hold: TagCount[] = [];
  for (const each of tags) {
    const at = tagKey(each.tag).indexOf(wanted);
    if (at === 0) begin.push(each);
    else if (at > 0) hold.push(each);
  }
  return [...begin, ...hold];
}

function added(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

/** The text with the highest sum of counts, of equal ones the first. */
function mostFrequent(all: readonly ReadonlyMap<string, number>[]): string | undefined {
  const sums = new Map<string, number>();
  for (const counts of all) for (const [text, count] of counts) added(sums, text, count);
  let best: string | undefined;
  for (const [text, count] of sums) {
    if (best === undefined || count > (sums.get(best) ?? 0)) best = text;
  }
  return best;
}

import { isContentWord } from './contentWords.ts';

interface TextRange {
  /** UTF-16 code units from the beginning of the caption. */
  readonly start: number;
  readonly end: number;
}

/** A tag of a caption, with the range of its name: `long hair` in `(long hair:1.2)`. */
export interface CaptionTag extends TextRange {
  readonly text: string;
  /** With the brackets and the weight that are around this tag alone. */
  readonly outer: TextRange;
}

/** Between commas, line ends and `|||`, which separates fixed from shuffled tags (sd-scripts, keep_tokens_separator). */
const PART_END = /[,\r\n]|\|\|\|/g;
const BRACKET = /[()[\]{}]/;
/** Spaces and underscores alone name nothing. */
const NAMED = /[^\s_]/u;

/**
 * The tags of a caption: its parts between commas, line ends and `|||`. Brackets that give weight, as in `(smile:1.2)` or
 * `(smile, long hair)`, are no part of a name; those of `miku_(vocaloid)`, `:)` and `\(medium\)` are.
 * @param within only the tags of this part of the caption
 */
export function tagsIn(caption: string, within?: TextRange): CaptionTag[] {
  return partsOf(caption, within).map(({ tag }) => tag);
}

/** What equal tags have in common: `Long_Hair` and `long hair` are one tag, and so are `miku \(vocaloid\)` and `miku_(vocaloid)`. */
export function tagKey(tag: string): string {
  return factsOf(tag).key;
}

/** What a tag says about the caption that has it. */
interface TagFacts {
  readonly key: string;
  /** Whether it has more words than a tag usually has. */
  readonly isLong: boolean;
  /** Whether it begins with a function word, as the phrases of a sentence do, and whether it has one. */
  readonly isPhrase: boolean;
  readonly hasFunctionWord: boolean;
}

/** By spelling: the tags of a dataset are few, and each is looked up once a caption. */
const FACTS = new Map<string, TagFacts>();
const FACTS_KEPT = 50_000;

function factsOf(tag: string): TagFacts {
  const known = FACTS.get(tag);
  if (known !== undefined) return known;
  const words = tag.split(/[\s_]+/u);
  const facts = {
    key: tag
      .normalize('NFC')
      .toLowerCase()
      .replace(/\\([()[\]{}\\])/gu, '$1')
      .replace(/[\s_]+/gu, ' ')
      .trim(),
    isLong: words.length > TAG_WORDS,
    isPhrase: words.length > 1 && isFunctionWord(words[0] ?? ''),
    hasFunctionWord: words.some(isFunctionWord),
  };
  if (FACTS.size >= FACTS_KEPT) FACTS.clear();
  FACTS.set(tag, facts);
  return facts;
}

/** Tags that move as one when tags are ordered: one tag, or those in the same brackets. */
export interface TagUnit extends TextRange {
  readonly tags: readonly CaptionTag[];
}

/** The units of a caption by section: a section ends at a line end or `|||`, which no tag is moved over. */
export function tagSections(caption: string): TagUnit[][] {
  const sections: TagUnit[][] = [];
  let last: Part | undefined;
  for (const part of partsOf(caption)) {
    const { start, end, tag } = part;
    const section = sections.at(-1);
    if (last === undefined || section === undefined || hasSectionEnd(caption, last.end, start)) {
      sections.push([{ start, end, tags: [tag] }]);
    } else if (part.joined) {
      const unit = section.pop();
      section.push({ start: unit?.start ?? start, end, tags: [...(unit?.tags ?? []), tag] });
    } else section.push({ start, end, tags: [tag] });
    last = part;
  }
  return sections;
}

/**
 * What the parts of a caption are: tags; so few short parts that other captions decide; or phrases of sentences, whose
 * parts between commas are no tags.
 */
export type CaptionKind = 'tags' | 'short' | 'prose';

/** Fewest tags of a caption that is a list of tags by itself. */
const FEWEST_TAGS = 3;
/** Most words of a tag; longer parts between commas are sentences. */
const TAG_WORDS = 4;
/** Least share of such tags in a list, and largest share of parts that begin with a function word, as phrases do. */
const SHORT_SHARE = 0.8;
const PHRASE_SHARE = 0.34;

export function captionKind(caption: string): CaptionKind {
  return kindOfTags(caption, tagsIn(caption));
}

/** @param tags of the caption */
export function kindOfTags(caption: string, tags: readonly CaptionTag[]): CaptionKind {
  if (tags.length === 0 || SENTENCE_END.test(caption)) return 'prose';
  const facts = tags.map(({ text }) => factsOf(text));
  const long = facts.filter(({ isLong }) => isLong).length;
  if (tags.length < FEWEST_TAGS) {
    return long > 0 || facts.some(({ hasFunctionWord }) => hasFunctionWord) ? 'prose' : 'short';
  }
  const phrases = facts.filter(({ isPhrase }) => isPhrase).length;
  const isList = long <= (1 - SHORT_SHARE) * tags.length && phrases <= PHRASE_SHARE * tags.length;
  return isList ? 'tags' : 'prose';
}

const SENTENCE_END = /[.!?。！？]["”’)]*\s*$/u;

/** Letters only: `1girl` and `:d` are no words of a sentence. */
function isFunctionWord(word: string): boolean {
  return /^\p{L}+$/u.test(word) && !isContentWord(word);
}

interface Part extends TextRange {
  readonly tag: CaptionTag;
  /** Whether brackets around the tag before it are open. */
  readonly joined: boolean;
}

/** The trimmed parts of a caption with their tags. */
function partsOf(caption: string, within?: TextRange): Part[] {
  const isWithin = ({ start, end }: TextRange): boolean =>
    within === undefined || (start >= within.start && end <= within.end);
  const parts = rangesOf(caption);
  if (!BRACKET.test(caption)) {
    return parts.filter(isWithin).map(({ start, end }) => {
      const range = { start, end };
      const tag = { text: caption.slice(start, end), start, end, outer: range };
      return { start, end, tag, joined: false };
    });
  }
  const { opening, closing } = weightBrackets(caption, parts);
  const found: Part[] = [];
  let open = 0;
  for (const part of parts) {
    const joined = open > 0;
    const name = nameIn(caption, part, opening, closing);
    const own = name.opened.filter((at) => (opening.get(at) ?? Infinity) < part.end);
    open += name.opened.length - name.closed.length;
    const [first] = own;
    const outer =
      first === undefined ? name : { start: first, end: (opening.get(first) ?? part.end) + 1 };
    const { start, end } = name;
    const tag = { text: caption.slice(start, end), start, end, outer };
    if (isWithin(part)) found.push({ ...part, tag, joined });
  }
  return found;
}

/** The trimmed parts. The search for their ends is the time that all tags of a large dataset take. */
function rangesOf(caption: string): TextRange[] {
  const ranges: TextRange[] = [];
  PART_END.lastIndex = 0;
  let from = 0;
  for (;;) {
    const end = PART_END.exec(caption);
    const to = end?.index ?? caption.length;
    const text = caption.slice(from, to).trim();
    if (NAMED.test(text)) {
      const start = caption.indexOf(text, from);
      ranges.push({ start, end: start + text.length });
    }
    if (end === null) return ranges;
    from = PART_END.lastIndex;
  }
}

interface WeightBrackets {
  /** Place of the closing bracket by that of its opening one, and the other way round. */
  readonly opening: ReadonlyMap<number, number>;
  readonly closing: ReadonlyMap<number, number>;
}

/** The brackets with a partner in their line that open before a name and close behind one. */
function weightBrackets(caption: string, parts: readonly TextRange[]): WeightBrackets {
  let brackets = partners(caption);
  for (;;) {
    const { opening, closing } = brackets;
    const opened = new Set<number>();
    const closed = new Set<number>();
    for (const part of parts) {
      const name = nameIn(caption, part, opening, closing);
      if (!NAMED.test(caption.slice(name.start, name.end))) continue;
      for (const at of name.opened) opened.add(at);
      for (const at of name.closed) closed.add(at);
    }
    const kept = [...opening].filter(([open, close]) => opened.has(open) && closed.has(close));
    if (kept.length === opening.size) return brackets;
    brackets = {
      opening: new Map(kept),
      closing: new Map(kept.map(([open, close]) => [close, open])),
    };
  }
}

const PARTNERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

function partners(caption: string): WeightBrackets {
  const opening = new Map<number, number>();
  let open: number[] = [];
  for (const { 0: found, index } of caption.matchAll(/\\.|[\r\n()[\]{}]/gu)) {
    const partner = PARTNERS[found];
    if (found === '\n' || found === '\r') open = [];
    else if (partner === undefined && found.length === 1) open.push(index);
    else if (partner !== undefined && caption[open.at(-1) ?? -1] === partner) {
      opening.set(open.pop() ?? -1, index);
    }
  }
  return { opening, closing: new Map([...opening].map(([start, end]) => [end, start])) };
}

/** The name in a part, and the brackets before and behind it, the outermost first. */
function nameIn(
  caption: string,
  part: TextRange,
  opening: ReadonlyMap<number, number>,
  closing: ReadonlyMap<number, number>,
): TextRange & { readonly opened: readonly number[]; readonly closed: readonly number[] } {
  const opened: number[] = [];
  const closed: number[] = [];
  let { start, end } = part;
  while (start < end && opening.has(start)) {
    opened.push(start);
    start = skipSpace(caption, start + 1, end);
  }
  while (end > start && closing.has(end - 1)) {
    end--;
    closed.push(end);
    const inside = caption.slice(start, end);
    end = start + inside.replace(/\s*(?::\s*[+-]?\d*\.?\d+)?\s*$/u, '').length;
  }
  return { start, end, opened, closed };
}

function skipSpace(caption: string, from: number, to: number): number {
  let at = from;
  while (at < to && /\s/u.test(caption[at] ?? '')) at++;
  return at;
}

function hasSectionEnd(caption: string, from: number, to: number): boolean {
  return /[\r\n]|\|\|\|/u.test(caption.slice(from, to));
}

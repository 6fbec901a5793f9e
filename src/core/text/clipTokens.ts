/** A word as the tokenizer splits a text, with its place in the text and its number of tokens. */
export interface TokenWord {
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
}

/** The split of CLIP (`pat`, open_clip/tokenizer.py). */
const WORD = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu;
/** Words whose token numbers are kept. */
const MOST_KEPT = 50_000;

/**
 * Byte-pair encoding of CLIP (`SimpleTokenizer`, openai/CLIP and open_clip; `CLIPTokenizer`, transformers), as far as it
 * tells how many tokens a text has and where. Texts are not repaired as `ftfy` does.
 */
export class ClipTokens {
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #known = new Map<string, number>();

  /** @param merges one pair of symbols a line, the first merge first */
  constructor(merges: string) {
    const lines = merges.split('\n').filter((line) => line.trim() !== '');
    this.#ranks = new Map(lines.map((line, rank) => [line.trim(), rank]));
  }

  /** Number of tokens of a text, without those of begin and end. */
  count(text: string): number {
    return this.words(text).reduce((sum, { tokens }) => sum + tokens, 0);
  }

  words(text: string): TokenWord[] {
    return [...text.matchAll(WORD)].map(({ 0: word, index }) => ({
      start: index,
      end: index + word.length,
      tokens: this.#tokensOf(word),
    }));
  }

  #tokensOf(word: string): number {
    const key = word.normalize('NFC').toLowerCase();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const tokens = this.#merged(key);
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    this.#known.set(key, tokens);
    return tokens;
  }

  /** Merges the pair of the lowest rank, everywhere, until no pair is left to merge. */
  #merged(word: string): number {
    const bytes = [...new TextEncoder().encode(word)];
    let symbols = bytes.map(
      (byte, i) => `${BYTE_SYMBOLS[byte] ?? ''}${i === bytes.length - 1 ? END : ''}`,
    );
    while (symbols.length > 1) {
      const ranks = symbols.map((symbol, i) => this.#rank(symbol, symbols[i + 1]));
      const best = Math.min(...ranks);
      if (best === Infinity) break;
      const joined: string[] = [];
      for (let i = 0; i < symbols.length; i++) {
        const merges = ranks[i] === best;
        joined.push(`${symbols[i] ?? ''}${merges ? (symbols[i + 1] ?? '') : ''}`);
        if (merges) i++;
      }
      symbols = joined;
    }
    return symbols.length;
  }

  #rank(first: string, second: string | undefined): number {
    if (second === undefined) return Infinity;
    return this.#ranks.get(`${first} ${second}`) ?? Infinity;
  }
}

/** Marks the end of a word. */
const END = '</w>';

/** A printable character for each byte (`bytes_to_unicode`): itself, or one from U+0100 on. */
const BYTE_SYMBOLS: readonly string[] = byteSymbols();

function byteSymbols(): string[] {
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(isPrintable ? byte : 0x100 + others++);
  });
}

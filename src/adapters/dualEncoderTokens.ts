import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { sentence } from '../core/text/sentence.ts';
import { type DualEncoderFolder, invalidEncoder } from './dualEncoderFolder.ts';
import { type HfTokenizer, hfTokenizer } from './hfTokenizer.ts';

/** Upper bound of characters per token; text beyond cannot change the first tokens. */
const CHARACTERS_PER_TOKEN = 100;
/** Longest text of encoders that would read more: attention takes memory with its square. */
const MOST_TOKENS = 512;
/** That of CLIP, for an encoder that does not say how much it reads. */
const DEFAULT_TOKENS = 77;

const TOKENIZER = z.looseObject({
  truncation: z.looseObject({ max_length: z.number().int().positive() }).nullish().catch(undefined),
  padding: z.looseObject({ pad_id: z.number().int() }).nullish().catch(undefined),
});

/** A tokenizer with the limits of its text encoder. */
export interface DualEncoderTokens {
  /** Most tokens of a text. */
  readonly most: number;
  readonly padId: number;
  readonly padsLeft: boolean;
  /** Whether the text encoder is told which tokens are padding. */
  readonly masks: boolean;
  /** IDs of a text, at most `most`, with the special tokens at both ends. */
  readonly ids: (text: string) => readonly number[];
  /** Tokens of a text without special ones, and how many of them are not known. */
  readonly count: (text: string) => { readonly tokens: number; readonly unknown: number };
}

/**
 * @param fixed number of tokens that the graph reads, if that is fixed
 * @throws PairLensError `invalid-model`.
 */
export async function openDualEncoderTokens(
  { tokenizer: file, tokenizerConfig, textConfig }: DualEncoderFolder,
  fixed: number | undefined,
): Promise<DualEncoderTokens> {
  let tokenizer: HfTokenizer;
  let truncation: z.infer<typeof TOKENIZER>['truncation'];
  let padding: z.infer<typeof TOKENIZER>['padding'];
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    ({ truncation, padding } = TOKENIZER.parse(content));
    tokenizer = hfTokenizer(content, tokenizerConfig);
    tokenizer.encode('a');
  } catch (error) {
    throw invalidEncoder(
      file,
      sentence('The tokenizer {0} cannot be used.', file),
      undefined,
      error,
    );
  }
  checkVocabulary(file, tokenizer, textConfig.vocab_size ?? undefined);
  const limits = [
    tokenizerConfig.model_max_length,
    truncation?.max_length,
    textConfig.max_position_embeddings,
    textConfig.context_length,
    MOST_TOKENS,
  ].flatMap((limit) => limit ?? []);
  const most = fixed ?? (limits.length > 1 ? Math.min(...limits) : DEFAULT_TOKENS);
  const { pad_token: pad, unk_token: unknown } = tokenizerConfig;
  const idOf = (token: string | null | undefined): number | undefined =>
    typeof token === 'string' ? tokenizer.token_to_id(token) : undefined;
  const unknownId = idOf(unknown);
  const lowers = tokenizerConfig.do_lower_case === true;
  // Truncated first: the tokenizer is slow on captions of a megabyte, and drops most of them anyway.
  const read = (text: string): string => {
    const start = text.slice(0, most * CHARACTERS_PER_TOKEN);
    return lowers ? start.toLowerCase() : start;
  };
  const bare = (text: string): readonly number[] =>
    tokenizer.encode(read(text), { add_special_tokens: false }).ids;
  const after = endOf(tokenizer.encode('a').ids, bare('a'));
  return {
    most,
    padsLeft: tokenizerConfig.padding_side === 'left',
    padId: idOf(pad) ?? padding?.pad_id ?? textConfig.pad_token_id ?? 0,
    masks: tokenizerConfig.model_input_names?.includes('attention_mask') ?? true,
    ids: (text) => {
      const { ids } = tokenizer.encode(read(text));
      return ids.length <= most ? ids : [...ids.slice(0, most - after.length), ...after];
    },
    count: (text) => {
      const ids = bare(text);
      return { tokens: ids.length, unknown: ids.filter((id) => id === unknownId).length };
    },
  };
}

/** @throws PairLensError `invalid-model` for a tokenizer of another encoder, as far as its vocabulary tells. */
function checkVocabulary(file: string, tokenizer: HfTokenizer, read: number | undefined): void {
  if (read === undefined) return;
  let last = 0;
  for (const id of tokenizer.get_vocab(true).values()) last = Math.max(last, id);
  // Encoders may have rows to spare, but not as many as they have tokens.
  if (last < read && 2 * (last + 1) >= read) return;
  throw invalidEncoder(
    file,
    sentence(
      'The tokenizer {0} is of another encoder: it has {1} tokens, and the text encoder reads {2}.',
      file,
      last + 1,
      read,
    ),
    sentence('Put the tokenizer.json there that was published with the encoder.'),
  );
}

/** The special tokens at the end of a text. */
function endOf(ids: readonly number[], bare: readonly number[]): readonly number[] {
  for (let start = 0; start + bare.length <= ids.length; start++) {
    if (bare.every((id, n) => ids[start + n] === id)) return ids.slice(start + bare.length);
  }
  return [];
}

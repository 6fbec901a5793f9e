import * as tokenizers from '@huggingface/tokenizers';
import { z } from 'zod';

/** The used part of the package; its own typings import files without extensions, which Node's resolution rejects. */
export interface HfTokenizer {
  encode(
    text: string,
    options?: { readonly add_special_tokens?: boolean },
  ): { readonly ids: readonly number[] };
  token_to_id(token: string): number | undefined;
  get_vocab(withAddedTokens?: boolean): ReadonlyMap<string, number>;
}

const OBJECT = z.record(z.string(), z.unknown());
const PACKAGE = z.object({
  Tokenizer: z.custom<
    new (
      tokenizer: Readonly<Record<string, unknown>>,
      config: Readonly<Record<string, unknown>>,
    ) => HfTokenizer
  >((value) => typeof value === 'function'),
});

/**
 * @param tokenizer content of `tokenizer.json`
 * @param config content of `tokenizer_config.json`
 * @throws an error of the package if they are not valid.
 */
export function hfTokenizer(tokenizer: unknown, config: unknown): HfTokenizer {
  const { Tokenizer } = PACKAGE.parse(tokenizers);
  return new Tokenizer(OBJECT.parse(tokenizer), OBJECT.parse(config));
}

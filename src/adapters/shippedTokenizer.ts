import { readFile } from 'node:fs/promises';
import { PairLensError } from '../core/errors.ts';
import { type HfTokenizer, hfTokenizer } from './hfTokenizer.ts';
import type { ModelFolder } from './modelFolder.ts';
import { sentence } from '../core/text/sentence.ts';

/** Upper bound of characters per token (longest word of the vocabulary); text beyond cannot change the tokens. */
const CHARACTERS_PER_TOKEN = 100;

/** Token ids of a text, at most `maxTokens`, with the special tokens at both ends. */
export type TokenIds = (text: string) => readonly number[];

/** @throws PairLensError `invalid-model`. */
export async function openTokenizer(model: ModelFolder): Promise<TokenIds> {
  const file = await model.checked('tokenizer');
  const config = await model.checked('tokenizerConfig');
  const { maxTokens } = model.manifest.text;
  let tokenizer: HfTokenizer;
  try {
    tokenizer = hfTokenizer(
      JSON.parse(await readFile(file, 'utf8')),
      JSON.parse(await readFile(config, 'utf8')),
    );
  } catch (error) {
    throw new PairLensError('invalid-model', sentence('The tokenizer {0} cannot be used.', file), {
      path: file,
      remedy: sentence('Install PairLens again, or give --encoder another folder.'),
      cause: error,
    });
  }
  return (text) => {
    // Truncated first: the tokenizer is slow on captions of a megabyte, and drops most of them anyway.
    const { ids } = tokenizer.encode(text.slice(0, maxTokens * CHARACTERS_PER_TOKEN));
    const last = ids.at(-1);
    return ids.length <= maxTokens || last === undefined
      ? ids
      : [...ids.slice(0, maxTokens - 1), last];
  };
}

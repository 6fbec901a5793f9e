import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PairLensError } from '../core/errors.ts';
import { ClipTokens } from '../core/text/clipTokens.ts';
import { sentence } from '../core/text/sentence.ts';

const FILE = 'clip-merges.txt';

/** The tokenizer of CLIP, for captions as trainers read them. @throws PairLensError `invalid-model`. */
export async function readClipTokens(folder: string): Promise<ClipTokens> {
  const file = path.join(folder, FILE);
  try {
    return new ClipTokens(await readFile(file, 'utf8'));
  } catch (error) {
    throw new PairLensError('invalid-model', sentence('The tokenizer {0} cannot be used.', file), {
      path: file,
      remedy: sentence('Install PairLens again, or give --encoder another folder.'),
      cause: error,
    });
  }
}

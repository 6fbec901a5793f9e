import type { Dataset } from '../core/dataset/dataset.ts';
import {
  DECISIONS_FILE,
  decisionKey,
  parseDecisions,
  withDecision,
  type Decision,
} from '../core/dataset/decisions.ts';
import type { EmbeddedDataset } from '../core/dataset/embeddedDataset.ts';
import { folderOf, toAbsolute } from '../core/dataset/paths.ts';
import { PairLensError } from '../core/errors.ts';
import type { FileSystem } from '../core/ports.ts';
import { decodeText, reencodeRemedy } from '../core/text/decodeText.ts';
import { encodeText, type DecodedText } from '../core/text/textEncoding.ts';
import { sentence } from '../core/text/sentence.ts';

/** The decisions below a dataset's root by key; none where there is no such file. @throws PairLensError. */
export async function readDecisions(
  files: FileSystem,
  root: string,
): Promise<ReadonlyMap<string, Decision>> {
  const { text } = await readText(files, toAbsolute(root, DECISIONS_FILE));
  return parseDecisions(text);
}

/** What was decided of each pair of a dataset; undefined where nothing was, or image or caption have changed since. */
export function decisionsOf(
  { dataset, images, imageRow }: EmbeddedDataset,
  decisions: ReadonlyMap<string, Decision>,
  hash: (text: string) => string,
): (Decision | undefined)[] {
  if (decisions.size === 0) return dataset.pairs.map(() => undefined);
  return dataset.pairs.map(({ caption }, p) => {
    const imageHash = images.hashes[imageRow[p] ?? -1];
    return imageHash === undefined
      ? undefined
      : decisions.get(decisionKey(imageHash, caption, hash));
  });
}

/**
 * Writes a decision about one pair, or takes it back, in one step; nothing else in the file changes.
 * @param pair image relative to the dataset's root, and the hash of its bytes
 * @returns the key it stands under.
 * @throws PairLensError `write-failed`, `unreadable-file`, `unsupported-format`.
 */
export async function writeDecision(
  files: FileSystem,
  root: Dataset['root'],
  pair: { readonly image: string; readonly imageHash: string; readonly caption: string },
  decision: Decision | 'none',
  hash: (text: string) => string,
): Promise<string> {
  const path = toAbsolute(root, DECISIONS_FILE);
  const { image, caption } = pair;
  const key = decisionKey(pair.imageHash, caption, hash);
  const before = await readText(files, path);
  const line = decision === 'none' ? undefined : { key, decision, image, caption };
  const text = withDecision(before.text, key, line);
  if (text !== before.text) {
    await files.makeFolder(toAbsolute(root, folderOf(DECISIONS_FILE)));
    await files.writeAtomically(path, encodeText(text, before));
  }
  return key;
}

async function readText(files: FileSystem, path: string): Promise<DecodedText> {
  if (!(await files.exists(path))) return { text: '', encoding: 'utf-8', bom: false };
  const decoded = decodeText(await files.read(path));
  if ('text' in decoded) return decoded;
  throw new PairLensError(
    'unsupported-format',
    sentence('{0} is neither UTF-8 nor UTF-16.', path),
    {
      path,
      remedy: reencodeRemedy(decoded.guess),
    },
  );
}

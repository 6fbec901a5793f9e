import type { Dataset } from '../../core/dataset/dataset.ts';
import {
  DECISIONS_FILE,
  damagedLines,
  decisionKey,
  parseDecisions,
  withDecision,
  type Decision,
} from '../../core/dataset/decisions.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import { DECISIONS_BYTES } from '../../core/dataset/fileLimits.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem } from '../../core/ports.ts';
import { decodeText, reencodeRemedy } from '../../core/text/decodeText.ts';
import { encodeText, type DecodedText } from '../../core/text/textEncoding.ts';
import { sentence } from '../../core/text/sentence.ts';
import { errorWords } from '../discovery/errorWords.ts';

/** What people decided, as far as it can be read. */
export interface KnownDecisions {
  /** By `decisionKey`. */
  readonly decisions: ReadonlyMap<string, Decision>;
  /** What of the file cannot be read: never a reason not to audit. */
  readonly problems: readonly Problem[];
}

/**
 * The decisions below a dataset's root; none where there is no such file.
 * @param folder that was opened, and holds the root: a link that leads out of it is not followed
 */
export async function readDecisions(
  files: FileSystem,
  root: string,
  folder: string,
): Promise<KnownDecisions> {
  const path = toAbsolute(root, DECISIONS_FILE);
  try {
    const outside = await files.outsideTarget(path, folder);
    if (outside !== undefined) return { decisions: new Map(), problems: [leadsOut(outside)] };
    if (!(await files.exists(path))) return { decisions: new Map(), problems: [] };
    const { text } = decoded(path, await files.read(path, LIMIT));
    return { decisions: parseDecisions(text), problems: damage(text) };
  } catch (error) {
    if (!PairLensError.is(error) || error.code === 'cancelled') throw error;
    return { decisions: new Map(), problems: [unreadable(error)] };
  }
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
 * Writes a decision about one pair, or takes it back, in one step; nothing else in the file changes, and nothing that
 * another process decides meanwhile is lost. With its last decision the file goes.
 * @param folder that was opened, and holds the root
 * @param pair image relative to the dataset's root, and the hash of its bytes
 * @returns the key it stands under, once the decision is on the disk.
 * @throws PairLensError `write-failed`, `unreadable-file`, `unsupported-format`: a file that cannot be read stays as it is.
 */
export async function writeDecision(
  files: FileSystem,
  { root, folder }: { readonly root: Dataset['root']; readonly folder: string },
  pair: { readonly image: string; readonly imageHash: string; readonly caption: string },
  decision: Decision | 'none',
  hash: (text: string) => string,
): Promise<string> {
  const path = toAbsolute(root, DECISIONS_FILE);
  const { image, caption } = pair;
  const key = decisionKey(pair.imageHash, caption, hash);
  const line = decision === 'none' ? undefined : { key, decision, image, caption };
  if (line === undefined && !(await files.exists(path))) return key;
  const change = (bytes: Uint8Array | undefined): Uint8Array | undefined => {
    const before = bytes === undefined ? NOTHING : decoded(path, bytes);
    const text = withDecision(before.text, key, line);
    if (text === before.text) return bytes;
    return text.trim() === '' ? undefined : encodeText(text, before);
  };
  await files.update(path, folder, change, LIMIT);
  return key;
}

const LIMIT = { maxBytes: DECISIONS_BYTES };
const NOTHING: DecodedText = { text: '', encoding: 'utf-8', bom: false };

function decoded(path: string, bytes: Uint8Array): DecodedText {
  const text = decodeText(bytes);
  if ('text' in text) return text;
  throw new PairLensError(
    'unsupported-format',
    sentence('{0} is neither UTF-8 nor UTF-16.', path),
    { path, remedy: reencodeRemedy(text.guess) },
  );
}

function leadsOut(target: string): Problem {
  return {
    code: 'unreadable-decisions',
    file: DECISIONS_FILE,
    message: sentence(
      '{0} leads to {1}, outside of the opened folder, and was not read: no decision counts.',
      DECISIONS_FILE,
      target,
    ),
    remedy: sentence('Put the file itself in the place of the link, or delete the link.'),
  };
}

function unreadable(error: PairLensError): Problem {
  const { message, remedy } = errorWords(error);
  return {
    code: 'unreadable-decisions',
    file: DECISIONS_FILE,
    message: sentence('{0} No decision counts.', message),
    remedy,
  };
}

function damage(text: string): Problem[] {
  const lines = damagedLines(text);
  const [first] = lines;
  if (first === undefined) return [];
  return [
    {
      code: 'unreadable-decisions',
      file: DECISIONS_FILE,
      range: { ...first, column: 0 },
      message: sentence(
        'Line {0} of {1} is no decision, one of {2} such lines; the others count.',
        first.line + 1,
        DECISIONS_FILE,
        lines.length,
      ),
      remedy: sentence('Mend the lines or delete them; a merge may have left its marks there.'),
    },
  ];
}

import type { Dataset } from '../../core/dataset/dataset.ts';
import {
  DECISIONS_FILE,
  damagedLines,
  decisionKey,
  decisionLines,
  holdsNoDecision,
  parseDecisions,
  replacedCaptions,
  withDecisions,
  withReplaced,
  type Decision,
  type DecisionLine,
  type ReplacedCaption,
} from '../../core/dataset/decisions.ts';
import {
  differentKeys,
  type DifferentPictures,
  withDifferent,
} from '../../core/dataset/differentPictures.ts';
import type { EmbeddedDataset } from '../../core/audit/embeddedDataset.ts';
import { DECISIONS_BYTES } from '../../core/dataset/fileLimits.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import { PairLensError } from '../../core/errors.ts';
import type { FileSystem } from '../../core/ports.ts';
import { decodedFile } from '../../core/text/decodeText.ts';
import { encodeText, type DecodedText } from '../../core/text/textEncoding.ts';
import { sentence } from '../../core/text/sentence.ts';
import type { PlacedCaption } from './unwantedCaptions.ts';
import { errorWords } from '../discovery/errorWords.ts';

/** The readable decisions of a file. */
export interface KnownDecisions {
  /** By `decisionKey`. */
  readonly decisions: ReadonlyMap<string, Decision>;
  /** Wrong captions that were replaced. */
  readonly replaced?: readonly ReplacedCaption[];
  /** Pictures that are different, by `pictureKey`. */
  readonly different?: ReadonlySet<string>;
  /** Unreadable parts of the file; they do not stop an audit. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the decisions of a dataset; none if there is no file.
 * @param folder that was opened and contains the root: a link that leads out of it is not followed
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
    const { text } = decodedFile(path, await files.read(path, LIMIT));
    return {
      decisions: parseDecisions(text),
      replaced: replacedCaptions(text),
      different: differentKeys(text),
      problems: damage(text),
    };
  } catch (error) {
    if (!PairLensError.is(error) || error.code === 'cancelled') throw error;
    return { decisions: new Map(), problems: [unreadable(error)] };
  }
}

/** The decision about each pair; undefined if there is none, or if image or caption have changed since. */
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

/** A dataset's root, and the opened folder that contains it. */
export interface DecisionPlace {
  readonly root: Dataset['root'];
  readonly folder: string;
}

/** A decision about a pair: its image relative to the dataset's root, and the hash of the image's bytes. */
export interface PairDecision {
  readonly image: string;
  readonly imageHash: string;
  readonly caption: string;
  readonly decision: Decision | 'none';
}

/**
 * Adds or removes decisions about pairs, atomically; other lines are unchanged, and concurrent changes of other processes
 * are kept. The file is deleted with its last decision.
 * @param folder that was opened and contains the root
 * @throws PairLensError `write-failed`, `unreadable-file`, `unsupported-format`; an unreadable file is not changed.
 */
export async function writeDecisions(
  files: FileSystem,
  { root, folder }: DecisionPlace,
  decisions: readonly PairDecision[],
  hash: (text: string) => string,
): Promise<void> {
  const path = toAbsolute(root, DECISIONS_FILE);
  const lines = new Map(
    decisions.map(({ image, imageHash, caption, decision }) => {
      const key = decisionKey(imageHash, caption, hash);
      return [key, decision === 'none' ? undefined : { key, decision, image, caption }];
    }),
  );
  const isTakenBack = decisions.every(({ decision }) => decision === 'none');
  if (isTakenBack && !(await files.exists(path))) return;
  const change = (bytes: Uint8Array | undefined): Uint8Array | undefined => {
    const before = bytes === undefined ? NOTHING : decodedFile(path, bytes);
    const text = withDecisions(before.text, lines);
    if (text === before.text) return bytes;
    return holdsNoDecision(text) ? undefined : encodeText(text, before);
  };
  await files.update(path, folder, change, LIMIT);
}

/**
 * Adds replaced captions to the file of decisions, and removes those whose captions are back. Does nothing without such a
 * file: it begins with the first decision.
 * @returns whether there is one.
 * @throws PairLensError as `writeDecisions`.
 */
export async function writeReplaced(
  files: FileSystem,
  { root, folder }: DecisionPlace,
  added: readonly ReplacedCaption[],
  removed: ReadonlySet<string>,
): Promise<boolean> {
  const path = toAbsolute(root, DECISIONS_FILE);
  if (added.length + removed.size === 0 || !(await files.exists(path))) return false;
  const change = (bytes: Uint8Array | undefined): Uint8Array | undefined => {
    if (bytes === undefined) return undefined;
    const before = decodedFile(path, bytes);
    const text = withReplaced(before.text, added, removed);
    return text === before.text ? bytes : encodeText(text, before);
  };
  await files.update(path, folder, change, LIMIT);
  return true;
}

/**
 * Notes that pictures are different, or with `remove` that they are not, atomically.
 * @throws PairLensError as `writeDecisions`.
 */
export async function writeDifferent(
  files: FileSystem,
  { root, folder }: DecisionPlace,
  pairs: readonly DifferentPictures[],
  remove: boolean,
): Promise<void> {
  const path = toAbsolute(root, DECISIONS_FILE);
  if (remove && !(await files.exists(path))) return;
  const change = (bytes: Uint8Array | undefined): Uint8Array | undefined => {
    const before = bytes === undefined ? NOTHING : decodedFile(path, bytes);
    const text = withDifferent(before.text, pairs, remove);
    if (text === before.text) return bytes;
    return holdsNoDecision(text) ? undefined : encodeText(text, before);
  };
  await files.update(path, folder, change, LIMIT);
}

/** The replaced captions of images that are still here and do not have them now. */
export function placedCaptions(
  { dataset, images, replaced: table }: EmbeddedDataset,
  replaced: readonly ReplacedCaption[],
  hash: (text: string) => string,
): PlacedCaption[] {
  if (table === undefined || replaced.length === 0) return [];
  const rowOf = new Map(table.texts.map((text, r) => [text, r]));
  const imageRowOf = new Map(images.paths.map((path, r) => [path, r]));
  const present = new Set(dataset.pairs.map(({ image, caption }) => `${image}\0${caption}`));
  return replaced.flatMap(({ key, image, caption }) => {
    const imageRow = imageRowOf.get(image);
    const row = rowOf.get(caption);
    if (imageRow === undefined || row === undefined) return [];
    if (present.has(`${image}\0${caption}`)) return [];
    const imageHash = images.hashes[imageRow] ?? '';
    return decisionKey(imageHash, caption, hash) === key ? [{ imageRow, row }] : [];
  });
}

/** For each pair whether its caption was written in the place of a wrong one, which its image does not have any more. */
export function mendedPairs(
  { dataset: { pairs }, images }: EmbeddedDataset,
  replaced: readonly ReplacedCaption[],
  hash: (text: string) => string,
): boolean[] {
  if (replaced.length === 0) return pairs.map(() => false);
  const hashOf = new Map(images.paths.map((path, r) => [path, images.hashes[r] ?? '']));
  const present = new Set(pairs.map(({ image, caption }) => `${image}\0${caption}`));
  const mended = new Set(
    replaced.flatMap(({ key, image, caption }) =>
      !present.has(`${image}\0${caption}`) &&
      decisionKey(hashOf.get(image) ?? '', caption, hash) === key
        ? [image]
        : [],
    ),
  );
  // Of several captions of an image it is not known which one is new.
  const count = new Map<string, number>();
  for (const { image } of pairs) count.set(image, (count.get(image) ?? 0) + 1);
  return pairs.map(({ image }) => mended.has(image) && count.get(image) === 1);
}

/** The decisions below a dataset's root with their images and captions, whether or not they still apply. @throws PairLensError. */
export async function decisionsIn(
  files: FileSystem,
  { root, folder }: DecisionPlace,
): Promise<readonly DecisionLine[]> {
  const path = toAbsolute(root, DECISIONS_FILE);
  const outside = await files.outsideTarget(path, folder);
  if (outside !== undefined || !(await files.exists(path))) return [];
  return decisionLines(decodedFile(path, await files.read(path, LIMIT)).text);
}

/** Removes decisions by their keys, atomically; other lines are unchanged. @throws PairLensError. */
export async function removeDecisions(
  files: FileSystem,
  { root, folder }: DecisionPlace,
  keys: readonly string[],
): Promise<void> {
  const path = toAbsolute(root, DECISIONS_FILE);
  const change = (bytes: Uint8Array | undefined): Uint8Array | undefined => {
    if (bytes === undefined) return undefined;
    const before = decodedFile(path, bytes);
    const gone = new Map(keys.map((key) => [key, undefined]));
    const text = withDecisions(before.text, gone);
    return holdsNoDecision(text) ? undefined : encodeText(text, before);
  };
  await files.update(path, folder, change, LIMIT);
}

const LIMIT = { maxBytes: DECISIONS_BYTES };
const NOTHING: DecodedText = { text: '', encoding: 'utf-8', bom: false };

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

import * as l10n from '@vscode/l10n';
import path from 'node:path';
import {
  CreateFile,
  OptionalVersionedTextDocumentIdentifier,
  TextDocumentEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import type { z } from 'zod';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { PairLensError } from '../../core/errors.ts';
import type { CaptionChange } from '../../core/text/captionChange.ts';
import { sentence } from '../../core/text/sentence.ts';
import { visibleText } from '../../core/text/visibleText.ts';
import { changedMeanwhile, type FileEdit } from '../../engine/editing/editor.ts';
import type { LivePairId } from '../../engine/workspace/workspace.ts';
import { noSuchPair } from '../../engine/workspace/openedDatasets.ts';
import type { REQUESTS } from '../../protocol/serverApi.ts';
import { textHash } from '../../protocol/textHash.ts';
import type { WireEdit } from '../../protocol/workspaceEdit.ts';
import type { ServerContext } from '../context.ts';

/** Attempts to compute an edit while its text keeps changing. */
const ATTEMPTS = 5;

/** The edit that replaces a pair's caption. @throws PairLensError, also if the pair no longer exists. */
export async function captionEdit(
  context: ServerContext,
  id: LivePairId,
  caption: string,
  signal: AbortSignal,
): Promise<WireEdit> {
  await upToDate(context, id, signal);
  const plan = async () => ({ edits: [await context.live.edits.caption(id, caption)] });
  const { edits } = await planOfShown(context, plan, signal);
  const name = shownName(id.image);
  const words = {
    label: l10n.t('Change the caption of {0}', name),
    done: l10n.t('Caption of {0} replaced.', name),
  };
  return wireEdit(context, words, edits);
}

/** The edit that gives several pairs new captions. @throws PairLensError, also if one of them no longer exists. */
export async function captionEdits(
  context: ServerContext,
  captions: readonly { readonly pair: LivePairId; readonly caption: string }[],
  signal: AbortSignal,
): Promise<WireEdit> {
  for (const { pair } of captions) await upToDate(context, pair, signal);
  const plan = async () => ({ edits: await context.live.edits.captions(captions) });
  const { edits } = await planOfShown(context, plan, signal);
  return wireEdit(context, changeWords(captions.length), edits);
}

export async function swapEdit(
  context: ServerContext,
  id: LivePairId,
  other: LivePairId,
  signal: AbortSignal,
): Promise<WireEdit> {
  await upToDate(context, id, signal);
  await upToDate(context, other, signal);
  const moves = [
    { to: id, from: other },
    { to: other, from: id },
  ];
  const plan = async () => ({ edits: await context.live.edits.moves(moves) });
  const { edits } = await planOfShown(context, plan, signal);
  const names = [shownName(id.image), shownName(other.image)] as const;
  const words = {
    label: l10n.t('Swap the captions of {0} and {1}', ...names),
    done: l10n.t('Captions of {0} and {1} swapped.', ...names),
  };
  return wireEdit(context, words, edits);
}

/** The edit that gives pairs the captions of others. @throws PairLensError, also if one of them no longer exists. */
export async function moveEdit(
  context: ServerContext,
  moves: readonly { readonly to: LivePairId; readonly from: LivePairId }[],
  signal: AbortSignal,
): Promise<WireEdit> {
  for (const { to } of moves) await upToDate(context, to, signal);
  const plan = async () => ({ edits: await context.live.edits.moves(moves) });
  const { edits } = await planOfShown(context, plan, signal);
  const words = {
    label: l10n.t('Move {0} captions', moves.length),
    done: l10n.t('{0} captions moved.', moves.length),
  };
  return wireEdit(context, words, edits);
}

/** The edit that makes a change to the captions of some pairs. @throws PairLensError. */
export async function changeEdit(
  context: ServerContext,
  ids: readonly LivePairId[],
  change: CaptionChange,
  signal: AbortSignal,
): Promise<z.input<(typeof REQUESTS)['changeEdit']['result']>> {
  const plan = () => context.live.edits.change(ids, change);
  const { edits, changed, emptied, readOnly } = await planOfShown(context, plan, signal);
  const counts = { changed, emptied, readOnly: { ...readOnly } };
  if (edits.length === 0) return { edit: null, ...counts };
  return { edit: await wireEdit(context, changeWords(counts.changed), edits), ...counts };
}

function changeWords(count: number): Pick<WireEdit, 'label' | 'done'> {
  if (count === 1) return { label: l10n.t('Change 1 caption'), done: l10n.t('1 caption changed.') };
  return {
    label: l10n.t('Change {0} captions', count),
    done: l10n.t('{0} captions changed.', count),
  };
}

/** The edit that adds a caption to an image; with an empty caption it creates an empty caption file. */
export async function createCaptionEdit(
  context: ServerContext,
  imagePath: string,
  caption: string,
  signal: AbortSignal,
): Promise<WireEdit> {
  const name = shownName(imagePath);
  const words = {
    label: l10n.t('Create the caption of {0}', name),
    done: l10n.t('Caption of {0} written.', name),
  };
  const blank = caption.trim() === '';
  // No format can hold an empty caption: a placeholder finds the file, and its text is then dropped.
  const wanted = blank ? 'caption' : caption;
  const plan = async () => ({ edits: [await context.live.edits.newCaption(imagePath, wanted)] });
  const { edits } = await planOfShown(context, plan, signal);
  const wire = await wireEdit(context, words, edits);
  if (!blank) return wire;
  if (wire.create.length > 0) {
    const done = l10n.t('{0} created; it is still empty.', shownName(edits[0]?.path ?? imagePath));
    return { ...wire, done, documents: [] };
  }
  const path = edits[0]?.path ?? imagePath;
  throw new PairLensError('invalid-argument', sentence('{0} cannot hold an empty caption.', path), {
    path,
    remedy: sentence('Give the caption as well.'),
  });
}

/** Waits until the engine has the text shown to the user. @throws PairLensError if `id` may mean another pair then. */
export async function upToDate(
  { live, documents }: ServerContext,
  id: LivePairId,
  signal: AbortSignal,
): Promise<void> {
  const pair = live.pair(id);
  if (pair === undefined) throw noSuchPair(id);
  const captions = live.pairsOfImage(pair.imagePath).length;
  await documents.whenSynced(pair.captionPath, signal, true);
  // If the image gained or lost captions, captionIndex may refer to another caption than the client showed.
  if (live.pairsOfImage(pair.imagePath).length !== captions) throw noSuchPair(id);
}

/**
 * A plan whose edits are computed for exactly the texts that the client shows. The files are known only after the edits are
 * computed, so a plan for an outdated text is made again after the engine has received the newer one.
 * @throws PairLensError `write-failed` if the text keeps changing.
 */
export async function planOfShown<Plan extends { readonly edits: readonly FileEdit[] }>(
  { documents }: ServerContext,
  make: () => Promise<Plan>,
  signal: AbortSignal,
): Promise<Plan> {
  for (let attempt = 1; ; attempt++) {
    const plan = await make();
    const outdated = plan.edits.filter(({ path, text }) => {
      const shown = documents.shown(path);
      return shown !== undefined && shown.text !== text;
    });
    const [first] = outdated;
    if (first === undefined) return plan;
    if (attempt === ATTEMPTS) throw changedMeanwhile(first.path);
    for (const { path } of outdated) await documents.whenSynced(path, signal, true);
  }
}

/** The name of an image in messages. */
function shownName(image: string): string {
  return visibleText(path.basename(image));
}

export async function wireEdit(
  { uris, documents }: ServerContext,
  words: Pick<WireEdit, 'label' | 'done'>,
  edits: readonly FileEdit[],
): Promise<WireEdit> {
  // Read before the first await: these versions belong to the texts that were just compared.
  const versions = edits.map(({ path }) => documents.shown(path)?.version ?? null);
  const create = edits.filter((edit) => edit.create).map((edit) => uris.toUri(edit.path));
  const wired = edits.map(async ({ path, text, edits: changes }, i) => {
    const document = TextDocument.create('', '', 0, text);
    return {
      uri: uris.toUri(path),
      version: versions[i] ?? null,
      textHash: await textHash(text),
      edits: changes.map(({ start, end, newText }) => ({
        range: { start: document.positionAt(start), end: document.positionAt(end) },
        newText,
      })),
    };
  });
  return { ...words, create, documents: await Promise.all(wired) };
}

/** Id of the change annotation that asks for confirmation. */
const PREVIEW = 'preview';

/**
 * The LSP form of the edit; undefined if it creates files and the client does not support that.
 * @param preview whether the client, if it supports that, asks for confirmation first
 */
export function lspEdit(
  { client }: ServerContext,
  { label, create, documents }: WireEdit,
  preview = false,
): WorkspaceEdit | undefined {
  if (create.length > 0 && !client.createsFiles) return undefined;
  if (!client.versionedEdits) {
    return { changes: Object.fromEntries(documents.map(({ uri, edits }) => [uri, edits])) };
  }
  const annotated = preview && client.previewsEdits;
  return {
    documentChanges: [
      ...create.map((uri) => CreateFile.create(uri, { ignoreIfExists: true })),
      ...documents.map(({ uri, version, edits }) =>
        TextDocumentEdit.create(
          OptionalVersionedTextDocumentIdentifier.create(uri, version),
          annotated ? edits.map((edit) => ({ ...edit, annotationId: PREVIEW })) : edits,
        ),
      ),
    ],
    ...(annotated && { changeAnnotations: { [PREVIEW]: { label, needsConfirmation: true } } }),
  };
}

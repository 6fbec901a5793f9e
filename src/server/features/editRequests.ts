import * as l10n from '@vscode/l10n';
import {
  CreateFile,
  OptionalVersionedTextDocumentIdentifier,
  TextDocumentEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { PairLensError } from '../../core/errors.ts';
import type { FileEdit, LivePairId } from '../../engine/workspace/workspace.ts';
import { noSuchPair } from '../../engine/workspace/openedDatasets.ts';
import type { WireEdit } from '../../protocol/serverApi.ts';
import { textHash } from '../../protocol/textHash.ts';
import type { ServerContext } from '../context.ts';
import { sentence } from '../../core/text/sentence.ts';

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
  const edit = async () => [await context.live.captionEdit(id, caption)];
  return wireEdit(context, l10n.t('Change caption'), await editsOfShown(context, edit, signal));
}

export async function swapEdit(
  context: ServerContext,
  id: LivePairId,
  other: LivePairId,
  signal: AbortSignal,
): Promise<WireEdit> {
  await upToDate(context, id, signal);
  await upToDate(context, other, signal);
  const edits = () => context.live.swapEdits(id, other);
  return wireEdit(context, l10n.t('Swap captions'), await editsOfShown(context, edits, signal));
}

/** The edit that adds a caption to an image; with an empty caption it creates an empty caption file. */
export async function createCaptionEdit(
  context: ServerContext,
  imagePath: string,
  caption: string,
  signal: AbortSignal,
): Promise<WireEdit> {
  const label = l10n.t('Create caption');
  const blank = caption.trim() === '';
  // No format can hold an empty caption: a placeholder finds the file, and its text is then dropped.
  const wanted = blank ? 'caption' : caption;
  const edit = async () => [await context.live.createCaptionEdit(imagePath, wanted)];
  const edits = await editsOfShown(context, edit, signal);
  const wire = await wireEdit(context, label, edits);
  if (!blank) return wire;
  if (wire.create.length > 0) return { ...wire, documents: [] };
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
 * Edits computed for exactly the texts that the client shows. The files are known only after the edits are computed,
 * so edits for an outdated text are computed again after the engine has received the newer one.
 * @throws PairLensError `write-failed` if the text keeps changing.
 */
async function editsOfShown(
  { documents }: ServerContext,
  make: () => Promise<readonly FileEdit[]>,
  signal: AbortSignal,
): Promise<readonly FileEdit[]> {
  for (let attempt = 1; ; attempt++) {
    const edits = await make();
    const outdated = edits.filter(({ path, text }) => {
      const shown = documents.shown(path);
      return shown !== undefined && shown.text !== text;
    });
    const [first] = outdated;
    if (first === undefined) return edits;
    if (attempt === ATTEMPTS) throw changedMeanwhile(first.path);
    for (const { path } of outdated) await documents.whenSynced(path, signal, true);
  }
}

function changedMeanwhile(path: string): PairLensError {
  return new PairLensError(
    'write-failed',
    sentence('{0} was changed in the meantime, so nothing was done.', path),
    { path, remedy: sentence('Try again.') },
  );
}

async function wireEdit(
  { uris, documents }: ServerContext,
  label: string,
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
  return { label, create, documents: await Promise.all(wired) };
}

/** The LSP form of the edit; undefined if it creates files and the client does not support that. */
export function lspEdit(
  { client }: ServerContext,
  { create, documents }: WireEdit,
): WorkspaceEdit | undefined {
  if (create.length > 0 && !client.createsFiles) return undefined;
  if (!client.versionedEdits) {
    return { changes: Object.fromEntries(documents.map(({ uri, edits }) => [uri, edits])) };
  }
  return {
    documentChanges: [
      ...create.map((uri) => CreateFile.create(uri, { ignoreIfExists: true })),
      ...documents.map(({ uri, version, edits }) =>
        TextDocumentEdit.create(
          OptionalVersionedTextDocumentIdentifier.create(uri, version),
          edits,
        ),
      ),
    ],
  };
}

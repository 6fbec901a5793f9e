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

/** How often an edit is made anew because its text was changed meanwhile. */
const ATTEMPTS = 5;

/** The edit that gives a pair another caption. @throws PairLensError, also where the pair is gone. */
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

/** The edit that adds the caption of an image; with an empty one it creates the caption file to be written into. */
export async function createCaptionEdit(
  context: ServerContext,
  imagePath: string,
  caption: string,
  signal: AbortSignal,
): Promise<WireEdit> {
  const label = l10n.t('Create caption');
  const blank = caption.trim() === '';
  // No format holds an empty caption: asked where it would go, and left out.
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

/** The engine must know what is on the screen before it says which pair is meant. @throws PairLensError. */
export async function upToDate(
  { live, documents }: ServerContext,
  id: LivePairId,
  signal: AbortSignal,
): Promise<void> {
  const pair = live.pair(id);
  if (pair === undefined) throw noSuchPair(id);
  const captions = live.pairsOfImage(pair.imagePath).length;
  await documents.whenSynced(pair.captionPath, signal, true);
  // Where captions of the image came or went, the number may name another one than the client showed.
  if (live.pairsOfImage(pair.imagePath).length !== captions) throw noSuchPair(id);
}

/**
 * Edits for the very texts that the client shows. Which files it takes is known once they are made: made for an older
 * text, they are made anew when the engine knows the newer one.
 * @throws PairLensError `write-failed` where a text changes faster than that.
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
  // Before anything is waited for: the version is that of the text just compared.
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

/** In the form of LSP. Undefined where the client cannot do what it takes. */
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

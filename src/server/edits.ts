import * as l10n from '@vscode/l10n';
import {
  CreateFile,
  OptionalVersionedTextDocumentIdentifier,
  TextDocumentEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { PairLensError } from '../core/errors.ts';
import { decodeText, reencodeRemedy } from '../core/text/decodeText.ts';
import type { FileEdit, LivePairId } from '../engine/live/liveWorkspace.ts';
import { noSuchPair } from '../engine/live/members.ts';
import type { WireEdit } from '../protocol/serverApi.ts';
import type { ServerContext } from './context.ts';
import type { VersionedText } from './documents.ts';
import { sentence } from '../core/text/sentence.ts';

/** The edit that gives a pair another caption. @throws PairLensError, also where the pair is gone. */
export async function captionEdit(
  context: ServerContext,
  id: LivePairId,
  caption: string,
  signal: AbortSignal,
): Promise<WireEdit> {
  await upToDate(context, id, signal);
  const edit = await context.live.captionEdit(id, caption);
  return wireEdit(context, l10n.t('Change caption'), [edit]);
}

export async function swapEdit(
  context: ServerContext,
  id: LivePairId,
  other: LivePairId,
  signal: AbortSignal,
): Promise<WireEdit> {
  await upToDate(context, id, signal);
  await upToDate(context, other, signal);
  return wireEdit(context, l10n.t('Swap captions'), await context.live.swapEdits(id, other));
}

/** The edit that adds the caption of an image; with an empty one it creates the caption file to be written into. */
export async function createCaptionEdit(
  context: ServerContext,
  imagePath: string,
  caption: string,
): Promise<WireEdit> {
  const label = l10n.t('Create caption');
  if (caption.trim() !== '') {
    return wireEdit(context, label, [await context.live.createCaptionEdit(imagePath, caption)]);
  }
  // No format holds an empty caption: asked where it would go, and left out.
  const { path, create } = await context.live.createCaptionEdit(imagePath, 'caption');
  if (create) return { label, create: [context.uris.toUri(path)], documents: [] };
  throw new PairLensError('invalid-argument', sentence('{0} cannot hold an empty caption.', path), {
    path,
    remedy: sentence('Give the caption as well.'),
  });
}

/** The engine must know what is on the screen before it says which characters to replace. */
async function upToDate(
  { live, documents }: ServerContext,
  id: LivePairId,
  signal: AbortSignal,
): Promise<void> {
  const pair = live.pair(id);
  if (pair === undefined) throw noSuchPair(id);
  await documents.settled(pair.captionPath, signal, true);
}

async function wireEdit(
  context: ServerContext,
  label: string,
  edits: readonly FileEdit[],
): Promise<WireEdit> {
  const documents = await Promise.all(
    edits.map(async (edit) => {
      const { text, version } = edit.create
        ? { text: '', version: null }
        : await textOf(context, edit.path);
      const document = TextDocument.create('', '', 0, text);
      return {
        uri: context.uris.toUri(edit.path),
        version,
        edits: edit.edits.map(({ start, end, newText }) => ({
          range: { start: document.positionAt(start), end: document.positionAt(end) },
          newText,
        })),
      };
    }),
  );
  const create = edits.filter((edit) => edit.create).map((edit) => context.uris.toUri(edit.path));
  return { label, create, documents };
}

/** The text that the engine's offsets count in. */
async function textOf({ documents, files }: ServerContext, file: string): Promise<VersionedText> {
  const told = documents.told(file);
  if (told !== undefined) return told;
  const decoded = decodeText(await files.read(file));
  if ('text' in decoded) return { text: decoded.text, version: null };
  throw new PairLensError(
    'unsupported-format',
    sentence('{0} is neither UTF-8 nor UTF-16.', file),
    {
      path: file,
      remedy: reencodeRemedy(decoded.guess),
    },
  );
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

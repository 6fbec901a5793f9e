import * as l10n from '@vscode/l10n';
import {
  DeleteFile,
  type FileOperationRegistrationOptions,
  MessageType,
  RenameFile,
  ShowMessageNotification,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { IMAGE_EXTENSIONS } from '../../core/dataset/fileKinds.ts';
import type { Following } from '../../engine/editing/moveImages.ts';
import type { ServerContext } from '../context.ts';
import { localize } from '../localize.ts';
import { answer } from '../requestHandler.ts';
import { lspEdit, planOfShown, wireEdit } from './editRequests.ts';

/** The files and folders whose moves and deletions the client tells beforehand. */
export const FOLLOWED: FileOperationRegistrationOptions = {
  filters: [
    {
      scheme: 'file',
      pattern: {
        glob: `**/*.{${[...IMAGE_EXTENSIONS].join(',')}}`,
        matches: 'file',
        options: { ignoreCase: true },
      },
    },
    { scheme: 'file', pattern: { glob: '**/*', matches: 'folder' } },
  ],
};

/** Captions follow their images: when the editor renames, moves or deletes images, it also makes the edits of this answer. */
export function registerFileOperations(context: ServerContext): void {
  const { workspace } = context.connection;
  workspace.onWillRenameFiles(({ files }, token) =>
    answer('workspace/willRenameFiles', token, context.log, (signal) => {
      const moves = files.flatMap(({ oldUri, newUri }) => {
        const [from, to] = [oldUri, newUri].map((uri) => context.uris.toPath(uri));
        return from === undefined || to === undefined ? [] : [{ from, to }];
      });
      return editAfter(context, () => context.live.pairFiles.followMoves(moves), signal);
    }),
  );
  workspace.onWillDeleteFiles(({ files }, token) =>
    answer('workspace/willDeleteFiles', token, context.log, (signal) => {
      const paths = files.flatMap(({ uri }) => context.uris.toPath(uri) ?? []);
      return editAfter(context, () => context.live.pairFiles.followDeletions(paths), signal);
    }),
  );
}

/** The edit that keeps images and captions together; null if there is nothing to do. Says what stays as it is. */
async function editAfter(
  context: ServerContext,
  follow: () => Promise<Following>,
  signal: AbortSignal,
): Promise<WorkspaceEdit | null> {
  const { client, settings, live, uris } = context;
  if (!settings.captionsFollowImages || live.datasets.length === 0) return null;
  const { moves, deletions, edits, left } = await planOfShown(context, follow, signal);
  if (left.length > 0) tell(context, left.map(localize));
  const canDo =
    (moves.length === 0 || client.renamesFiles) && (deletions.length === 0 || client.deletesFiles);
  if (!canDo) {
    tell(context, [l10n.t('This editor cannot take the captions along. Move them by hand.')]);
    return null;
  }
  if (moves.length + deletions.length + edits.length === 0) return null;
  const label = l10n.t('Captions follow their images');
  const texts = lspEdit(context, await wireEdit(context, { label, done: label }, edits));
  if (moves.length + deletions.length === 0) return texts ?? null;
  return {
    documentChanges: [
      ...(texts?.documentChanges ?? []),
      ...moves.map(({ from, to }) => RenameFile.create(uris.toUri(from), uris.toUri(to))),
      ...deletions.map((file) => DeleteFile.create(uris.toUri(file), { ignoreIfNotExists: true })),
    ],
  };
}

/** Sentences named in one message. */
const TOLD = 3;

function tell({ connection }: ServerContext, sentences: readonly string[]): void {
  const more = sentences.length - TOLD;
  const message = [
    ...sentences.slice(0, TOLD),
    ...(more > 0 ? [l10n.t('{0} more files stay as they are.', more)] : []),
  ].join(' ');
  void connection.sendNotification(ShowMessageNotification.type, {
    type: MessageType.Warning,
    message,
  });
}

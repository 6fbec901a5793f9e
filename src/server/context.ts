import type { Connection } from 'vscode-languageserver/node';
import type { FileSystem, Log } from '../core/ports.ts';
import type { LiveWorkspace } from '../engine/workspace/workspace.ts';
import type { Settings } from '../protocol/settings.ts';
import type { ClientSupport } from './clientCapabilities.ts';
import type { OpenDocuments } from './sync/documents.ts';
import type { ThumbnailCache } from './features/thumbnailCache.ts';
import type { Uris } from './uris.ts';

/** Dependencies of every server feature. `live` and `settings` are replaced at run time: do not store copies. */
export interface ServerContext {
  readonly connection: Connection;
  readonly client: ClientSupport;
  readonly live: LiveWorkspace;
  readonly settings: Settings;
  readonly documents: OpenDocuments;
  readonly uris: Uris;
  readonly thumbnails: ThumbnailCache;
  readonly files: FileSystem;
  readonly log: Log;
  /** Records that the server wrote this file, so that the watcher event for it is ignored. */
  recordOwnWrite(file: string): Promise<void>;
  /** URI of the documentation page; its anchors are rule names. */
  readonly findingsUri: string;
}

import type { Connection } from 'vscode-languageserver/node';
import type { FileSystem, Log } from '../core/ports.ts';
import type { LiveWorkspace } from '../engine/workspace/workspace.ts';
import type { Settings } from '../protocol/serverApi.ts';
import type { ClientSupport } from './clientCapabilities.ts';
import type { OpenDocuments } from './sync/documents.ts';
import type { ThumbnailCache } from './features/thumbnailCache.ts';
import type { Uris } from './uris.ts';

/** What every feature of the server gets. `live` and `settings` change: read them when they are needed. */
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
  /** This file was written by the server itself: it is no news when the client reports it. */
  wrote(file: string): Promise<void>;
  /** URI of the page whose anchors explain the finding codes. */
  readonly findingsUri: string;
}

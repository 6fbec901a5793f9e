import {
  MarkupKind,
  ResourceOperationKind,
  type InitializeParams,
} from 'vscode-languageserver/node';
import type { InitialOptions } from './initialOptions.ts';

/** Client capabilities that change what the server sends. */
export interface ClientSupport {
  /** Hovers and tooltips are rendered as Markdown. */
  readonly markdown: boolean;
  /** Hovers render `command:` links and images in data URIs. */
  readonly richHovers: boolean;
  /** Opens files inside archives by their own URIs. */
  readonly opensMembers: boolean;
  readonly relatedInformation: boolean;
  /** `documentChanges` with document versions are supported. */
  readonly versionedEdits: boolean;
  readonly createsFiles: boolean;
  readonly renamesFiles: boolean;
  readonly deletesFiles: boolean;
  /** Supports change annotations, which ask for confirmation before an edit. */
  readonly previewsEdits: boolean;
  /** Quick fixes are resolved (`codeAction/resolve`) when the user picks one. */
  readonly resolvesEdits: boolean;
  readonly configuration: boolean;
  readonly configurationChanges: boolean;
  readonly workspaceFolders: boolean;
  readonly watchesFiles: boolean;
  readonly inlayRefresh: boolean;
  readonly progress: boolean;
}

export function clientFacts(
  params: InitializeParams,
  { commandLinks, opensMembers }: Pick<InitialOptions, 'commandLinks' | 'opensMembers'>,
): ClientSupport {
  const { workspace, textDocument, window } = params.capabilities;
  const markdown = textDocument?.hover?.contentFormat?.includes(MarkupKind.Markdown) ?? false;
  const edits = workspace?.workspaceEdit;
  return {
    markdown,
    richHovers: markdown && commandLinks,
    opensMembers,
    relatedInformation: textDocument?.publishDiagnostics?.relatedInformation ?? false,
    versionedEdits: edits?.documentChanges ?? false,
    createsFiles:
      (edits?.documentChanges ?? false) &&
      (edits?.resourceOperations?.includes(ResourceOperationKind.Create) ?? false),
    renamesFiles:
      (edits?.documentChanges ?? false) &&
      (edits?.resourceOperations?.includes(ResourceOperationKind.Rename) ?? false),
    deletesFiles:
      (edits?.documentChanges ?? false) &&
      (edits?.resourceOperations?.includes(ResourceOperationKind.Delete) ?? false),
    previewsEdits:
      (edits?.documentChanges ?? false) && edits?.changeAnnotationSupport !== undefined,
    resolvesEdits:
      (textDocument?.codeAction?.dataSupport ?? false) &&
      (textDocument?.codeAction?.resolveSupport?.properties.includes('edit') ?? false),
    configuration: workspace?.configuration ?? false,
    configurationChanges: workspace?.didChangeConfiguration?.dynamicRegistration ?? false,
    workspaceFolders: workspace?.workspaceFolders ?? false,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration ?? false,
    inlayRefresh: workspace?.inlayHint?.refreshSupport ?? false,
    progress: window?.workDoneProgress ?? false,
  };
}

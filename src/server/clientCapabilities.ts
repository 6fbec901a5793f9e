import {
  MarkupKind,
  ResourceOperationKind,
  type InitializeParams,
} from 'vscode-languageserver/node';

/** What the client can do, as far as it changes what we send. */
export interface ClientSupport {
  /** Hovers and tooltips are shown as Markdown rather than as they are written. */
  readonly markdown: boolean;
  /** `command:` links and pictures as data URIs work in hovers. */
  readonly richHovers: boolean;
  readonly relatedInformation: boolean;
  /** Edits may carry document versions. */
  readonly versionedEdits: boolean;
  readonly createsFiles: boolean;
  /** The edit of a quick fix may be asked for when it is picked. */
  readonly resolvesEdits: boolean;
  readonly configuration: boolean;
  readonly configurationChanges: boolean;
  readonly workspaceFolders: boolean;
  readonly watchesFiles: boolean;
  readonly inlayRefresh: boolean;
  readonly progress: boolean;
}

export function clientFacts(params: InitializeParams, commandLinks: boolean): ClientSupport {
  const { workspace, textDocument, window } = params.capabilities;
  const markdown = textDocument?.hover?.contentFormat?.includes(MarkupKind.Markdown) ?? false;
  const edits = workspace?.workspaceEdit;
  return {
    markdown,
    richHovers: markdown && commandLinks,
    relatedInformation: textDocument?.publishDiagnostics?.relatedInformation ?? false,
    versionedEdits: edits?.documentChanges ?? false,
    createsFiles:
      (edits?.documentChanges ?? false) &&
      (edits?.resourceOperations?.includes(ResourceOperationKind.Create) ?? false),
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

import * as vscode from 'vscode';
import { isImageName } from '../core/dataset/fileKinds.ts';
import { Debouncer } from '../protocol/debouncer.ts';
import { MEMBER_SCHEME } from '../protocol/serverApi.ts';
import type { Target } from '../protocol/shapes.ts';

const DEBOUNCE_MS = 80;
const SCHEMES = ['file', MEMBER_SCHEME];

/** The image of the active tab, or the caption under the cursor; undefined if there is neither. */
export function currentTarget(): Target | undefined {
  const image = activeImage();
  if (image !== undefined) return { kind: 'image', uri: image.toString() };
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || !SCHEMES.includes(editor.document.uri.scheme)) return undefined;
  const { line, character } = editor.selection.active;
  return { kind: 'caption', uri: editor.document.uri.toString(), position: { line, character } };
}

/** The image in the active tab, in VS Code's preview or in another image editor. */
export function activeImage(): vscode.Uri | undefined {
  const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (!(input instanceof vscode.TabInputCustom)) return undefined;
  return isImageName(input.uri.path) ? input.uri : undefined;
}

/** Calls the listener, debounced, when the target changes. */
export function onTargetChange(listener: (target: Target) => void): vscode.Disposable {
  const debouncer = new Debouncer(DEBOUNCE_MS);
  let last = '';
  const later = (): void => {
    debouncer.schedule(() => {
      const target = currentTarget();
      const key = JSON.stringify(target);
      // A panel or a view has the focus: the last target remains.
      if (target === undefined || key === last) return;
      last = key;
      listener(target);
    });
  };
  later();
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(later),
    vscode.window.onDidChangeTextEditorSelection(later),
    vscode.window.tabGroups.onDidChangeTabs(later),
    vscode.window.tabGroups.onDidChangeTabGroups(later),
    debouncer,
  );
}

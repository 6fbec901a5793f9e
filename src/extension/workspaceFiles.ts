import * as vscode from 'vscode';
import { baseName } from '../core/dataset/paths.ts';

export function exists(file: vscode.Uri): Thenable<boolean> {
  return vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}

/** File name of a URI. */
export function nameOf(uri: string): string {
  return baseName(vscode.Uri.parse(uri).path);
}

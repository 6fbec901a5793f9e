import * as vscode from 'vscode';
import type { Range } from '../protocol/shapes.ts';

/** A range of the wire as VS Code's. */
export function toRange({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

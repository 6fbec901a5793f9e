import * as vscode from 'vscode';
import { byPlace, withEdits } from '../core/formats/applyEdits.ts';
import type { Range } from '../protocol/shapes.ts';

/** Converts a protocol range to a VS Code range. */
export function toRange({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

/** The text of a document after edits that are not made yet. */
export function editedText(
  document: vscode.TextDocument,
  edits: readonly { readonly range: vscode.Range; readonly newText: string }[],
): string {
  const placed = edits.map(({ range, newText }) => ({
    start: document.offsetAt(range.start),
    end: document.offsetAt(range.end),
    newText,
  }));
  return withEdits(document.getText(), byPlace(placed));
}

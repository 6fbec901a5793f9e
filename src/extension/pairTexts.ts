import * as vscode from 'vscode';
import { shownScore } from '../protocol/shownScore.ts';

/** A match as people see it; never a raw cosine. */
export function matchText(match: number): string {
  return vscode.l10n.t('match {0}', shownScore(match));
}

/** The last part of a path or URI path, readable. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

const LONGEST = 200;

/** A caption for a list: one line, cut where it is very long. */
export function oneLine(caption: string): string {
  const line = caption.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

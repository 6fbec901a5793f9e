import * as vscode from 'vscode';
import { shownScore } from '../protocol/shownScore.ts';

/** A match for display; never a raw cosine. */
export function matchText(match: number): string {
  return vscode.l10n.t('match {0}', shownScore(match));
}

const LONGEST = 200;

/** A caption on one line, shortened, for a list or a title. */
export function oneLine(caption: string, longest = LONGEST): string {
  const line = caption.replace(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

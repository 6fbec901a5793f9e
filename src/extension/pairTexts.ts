import * as vscode from 'vscode';
import { candidateGrade } from '../protocol/candidate.ts';
import type { Neighbour, PairItem } from '../protocol/shapes.ts';
import { shownScore } from '../protocol/shownScore.ts';

/** A match for display; never a raw cosine. */
export function matchText(match: number): string {
  return vscode.l10n.t('match {0}', shownScore(match));
}

/** The grade of a caption of the dataset as a candidate for an image. */
export function standingText(entry: Neighbour): string {
  const { l10n } = vscode;
  const { score, item } = entry;
  switch (candidateGrade(entry)) {
    case 'likely':
      return l10n.t('likely meant ({0})', shownScore(score));
    case 'possible':
      return l10n.t('perhaps meant ({0})', shownScore(score));
    case 'example':
      return item.match === undefined
        ? l10n.t('of another picture')
        : l10n.t('fits its own picture');
  }
}

const LONGEST = 200;

/** A caption for a list, without the beginning that all share: trigger words would fill a narrow view. */
export function tellingCaption({ caption, lead = 0 }: PairItem): string {
  return oneLine(lead > 0 ? `…${caption.slice(lead)}` : caption);
}

/** A caption on one line, shortened, for a list or a title. */
export function oneLine(caption: string, longest = LONGEST): string {
  const line = caption.replace(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

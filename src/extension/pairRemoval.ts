import * as vscode from 'vscode';
import { REQUESTS } from '../protocol/serverApi.ts';
import { shownScore } from '../protocol/shownScore.ts';
import type { Duplicates, FindingItem } from '../protocol/shapes.ts';
import type { Actions } from './actions.ts';
import { oneLine } from './pairTexts.ts';
import type { ServerClient } from './serverClient.ts';
import { confirmTakeOut, hasWastebasket, takeOutFiles } from './takeOutSteps.ts';
import { nameOf } from './workspaceFiles.ts';

/*
 * Duplicates that are removed with captions, companions and rows.
 */

/**
 * Puts images with all that belongs to them into the wastebasket, or where there is none into a folder that PairLens does not
 * read; asks first.
 * @param asked the question, where it is another than whether to delete them
 * @returns how many; 0 if the user did not confirm.
 */
export async function removeImages(
  client: ServerClient,
  actions: Actions,
  images: readonly string[],
  asked: string | undefined,
  teller: 'message' | 'page' = 'message',
): Promise<number> {
  const count = images.length;
  const [first = ''] = images;
  const one = count === 1;
  const question =
    asked ??
    (one
      ? vscode.l10n.t('Delete {0}?', nameOf(first))
      : vscode.l10n.t('Delete {0} images?', count));
  const plan = await client.request(REQUESTS.takeOut, { images: [...images] });
  const useTrash = hasWastebasket();
  if (!(await confirmTakeOut(plan, useTrash, question))) return 0;
  const label = one
    ? vscode.l10n.t('Remove {0}', nameOf(first))
    : vscode.l10n.t('Remove {0} images', count);
  const done = one
    ? vscode.l10n.t('{0} removed with what belongs to it.', nameOf(first))
    : vscode.l10n.t('{0} images removed with what belongs to them.', count);
  actions.did(await takeOutFiles(plan, useTrash, { label, done }), teller);
  return count;
}

/** Lists all groups of exact duplicates with the image that is kept, and removes the others of those that stay selected. */
export async function removeExactDuplicates(client: ServerClient, actions: Actions): Promise<void> {
  const { findings } = await client.request(REQUESTS.findings, {});
  const groups = [];
  for (const finding of findings.filter(isExact)) {
    const group = await client.request(REQUESTS.duplicates, { id: finding.id });
    if (group !== null) groups.push(group);
  }
  if (groups.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There are no exact duplicates.'));
    return;
  }
  const picks = groups.map((group) => {
    const [kept, ...others] = bestFirst(group);
    const names = others.map(({ name }) => name).join(', ');
    const [item] = kept?.items ?? [];
    const match = item?.match === undefined ? '' : ` (${shownScore(item.match)})`;
    return {
      label: vscode.l10n.t('Keep {0}, remove {1}', kept?.name ?? '', names),
      detail:
        item === undefined ? vscode.l10n.t('(no caption)') : oneLine(item.caption, 120) + match,
      picked: true,
      images: others.map(({ uri }) => uri),
    };
  });
  const chosen = await vscode.window.showQuickPick(picks, {
    canPickMany: true,
    title: vscode.l10n.t('Exact duplicates: keep the best caption of each'),
    // A page that loads meanwhile may take the focus.
    ignoreFocusOut: true,
    placeHolder: vscode.l10n.t('Of each selected group the image with the best caption stays.'),
  });
  const images = chosen?.flatMap((pick) => pick.images) ?? [];
  if (images.length === 0) return;
  const question = vscode.l10n.t('Remove {0} exact duplicates?', images.length);
  await removeImages(client, actions, images, question);
}

function isExact({ code }: FindingItem): boolean {
  return code === 'exact-duplicate';
}

/** The images of a group, that with the best caption first. */
function bestFirst({ images }: Duplicates): Duplicates['images'] {
  const rank = ({ items }: Duplicates['images'][number]): number =>
    Math.max(0, ...items.map(({ match }) => 1 + (match ?? 0)));
  return [...images].sort((a, b) => rank(b) - rank(a));
}

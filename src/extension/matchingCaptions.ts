import * as vscode from 'vscode';
import { baseName } from '../core/dataset/paths.ts';
import { byStanding, isOffered } from '../protocol/candidate.ts';
import { REQUESTS } from '../protocol/serverApi.ts';
import type { Neighbour, Neighbours } from '../protocol/shapes.ts';
import type { Actions } from './actions.ts';
import { currentTarget } from './activeTarget.ts';
import { oneLine, standingText } from './pairTexts.ts';
import type { ServerClient } from './serverClient.ts';
import { showFailure } from './showFailure.ts';

const MOST = 30;

interface CaptionItem extends vscode.QuickPickItem {
  readonly hit: Neighbour;
}

/**
 * Quick pick of the captions that match an image best: the given image, that of the active tab, or that of the
 * caption under the cursor. Picking one opens it in its file; its button makes it the caption of the image.
 */
export async function findMatchingCaptions(
  client: ServerClient,
  actions: Actions,
  asked: vscode.Uri | undefined,
): Promise<void> {
  const target =
    asked === undefined ? currentTarget() : { kind: 'image' as const, uri: asked.toString() };
  if (target === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Open an image or a caption first: its image is matched with all captions.'),
    );
    return;
  }
  const use: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('replace'),
    tooltip: vscode.l10n.t('Use this caption for the image'),
  };
  const pick = vscode.window.createQuickPick<CaptionItem>();
  const cancel = new vscode.CancellationTokenSource();
  pick.busy = true;
  pick.title = vscode.l10n.t('Find Matching Captions');
  pick.placeholder = vscode.l10n.t('Captions that match the image');
  pick.matchOnDetail = true;
  pick.show();
  let focus: Neighbours['focus'] | undefined;
  pick.onDidHide(() => {
    cancel.cancel();
    cancel.dispose();
    pick.dispose();
  });
  pick.onDidAccept(() => {
    const [chosen] = pick.selectedItems;
    pick.hide();
    if (chosen !== undefined) void actions.openCaption(chosen.hit.item).catch(showFailure);
  });
  pick.onDidTriggerItemButton(({ item }) => {
    pick.hide();
    if (focus === undefined) return;
    void actions.setCaption(focus.pair, item.hit.item.caption).catch(showFailure);
  });
  try {
    const found = await client.request(REQUESTS.neighbours, { target, k: MOST }, cancel.token);
    const image = vscode.Uri.parse(
      found?.focus.imageUri ?? (target.kind === 'pair' ? '' : target.uri),
    );
    const hits =
      found?.captions ??
      (target.kind === 'image' ? await searchElsewhere(client, image, cancel.token) : undefined);
    if (hits === undefined) {
      pick.hide();
      void vscode.window.showInformationMessage(
        vscode.l10n.t('This belongs to no image-caption dataset of the workspace.'),
      );
      return;
    }
    focus = found?.focus;
    const name = baseName(image.path);
    pick.placeholder = vscode.l10n.t('Captions that match {0}, the best first', name);
    pick.items = hits
      .filter(isOffered)
      .sort(byStanding)
      .map((hit) => ({
        hit,
        label: oneLine(hit.item.caption),
        description: standingText(hit),
        detail: hit.item.pair.image,
        buttons: focus === undefined ? [] : [use],
      }));
  } catch (error) {
    pick.hide();
    showFailure(error);
  } finally {
    pick.busy = false;
  }
}

/** For an image outside the datasets, or without a caption. */
async function searchElsewhere(
  client: ServerClient,
  image: vscode.Uri,
  token: vscode.CancellationToken,
): Promise<readonly Neighbour[]> {
  const query = { kind: 'image' as const, uri: image.toString() };
  const { hits } = await client.request(
    REQUESTS.search,
    { query, want: 'captions', k: MOST },
    token,
  );
  return hits;
}

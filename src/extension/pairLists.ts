import * as vscode from 'vscode';
import { PAIR_LIST_IDS, type PairListId } from '../core/dataset/trainers.ts';
import { PairLensError } from '../core/errors.ts';
import { REQUESTS } from '../protocol/serverApi.ts';
import type { ServerClient } from './serverClient.ts';
import { exists } from './workspaceFiles.ts';

/*
 * Lists of the pictures that are not ignored, for a trainer that reads one: nothing is moved or copied.
 */

interface ListItem extends vscode.QuickPickItem {
  readonly id: PairListId;
}

/** Asks for the kind of list and the folder, and writes it there. Files that are there are replaced after a question only. */
export async function writePairList(client: ServerClient): Promise<void> {
  const { l10n } = vscode;
  const { folders } = await client.request(REQUESTS.inventory, {});
  const datasets = folders.flatMap((each) => each.datasets);
  const trainers = new Set(datasets.map(({ trainer }) => trainer?.name.replace('_', '-')));
  const items = PAIR_LIST_IDS.map((id): ListItem => ({
    id,
    label: id === 'files' ? l10n.t('Names of the files') : id,
    ...(trainers.has(id) && { description: l10n.t('the trainer of this dataset') }),
    detail: contentOf(id),
  }));
  const own = items.filter(({ id }) => trainers.has(id));
  const chosen = await vscode.window.showQuickPick(
    [...own, ...items.filter((item) => !own.includes(item))],
    {
      title: l10n.t('Write List of Kept Pairs'),
      placeHolder: l10n.t(
        'Who reads the list? Ignored pairs are left out; all files stay where they are.',
      ),
    },
  );
  if (chosen === undefined) return;
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: l10n.t('Folder for the list'),
      openLabel: l10n.t('Write Here'),
      canSelectFiles: false,
      canSelectFolders: true,
      canSelectMany: false,
    })) ?? [];
  if (folder === undefined) return;
  assertApart(folder, datasets);
  const { files, use, kept, left, leftCaptions } = await client.request(REQUESTS.pairList, {
    list: chosen.id,
  });
  const places = files.map(({ name, text }) => ({ uri: vscode.Uri.joinPath(folder, name), text }));
  if (!(await mayReplace(places.map(({ uri }) => uri)))) return;
  for (const { uri, text } of places) {
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  }
  const show = l10n.t('Show');
  const held =
    leftCaptions === 0
      ? ''
      : ` ${l10n.t('It holds one caption an image: {0} others are not in it.', leftCaptions)}`;
  const answer = await vscode.window.showInformationMessage(
    `${l10n.t('Written: {0} images, without {1} others. {2}', kept, left, use)}${held}`,
    show,
  );
  const [first] = places;
  if (answer === show && first !== undefined) await vscode.window.showTextDocument(first.uri);
}

function contentOf(id: PairListId): string {
  const { l10n } = vscode;
  switch (id) {
    case 'files':
      return l10n.t('kept.txt and dropped.txt, a path a line');
    case 'sd-scripts':
      return l10n.t('metadata.json, for metadata_file of a dataset config');
    case 'musubi-tuner':
      return l10n.t('dataset.jsonl, for image_jsonl_file of a dataset config');
    case 'ai-toolkit':
      return l10n.t('dataset.json, for dataset_path');
    case 'open-clip':
      return l10n.t('train.tsv, for --train-data');
  }
}

/** @throws PairLensError `invalid-argument` for a folder in a dataset, where the list would be read as captions. */
function assertApart(folder: vscode.Uri, datasets: readonly { readonly uri: string }[]): void {
  const place = `${folder.toString().replace(/\/$/u, '')}/`;
  const around = datasets.find(({ uri }) => place.startsWith(`${uri.replace(/\/$/u, '')}/`));
  // PairLens and the trainers leave folders alone whose name begins with a dot.
  if (around === undefined || place.slice(around.uri.length).includes('/.')) return;
  const { l10n } = vscode;
  throw new PairLensError(
    'invalid-argument',
    l10n.t('{0} is part of the dataset, where the list would be read as captions.', folder.fsPath),
    { remedy: l10n.t('Choose a folder beside it, or one whose name begins with a dot.') },
  );
}

/** Whether files that are there may be replaced. */
async function mayReplace(uris: readonly vscode.Uri[]): Promise<boolean> {
  const there: string[] = [];
  for (const uri of uris) if (await exists(uri)) there.push(vscode.workspace.asRelativePath(uri));
  if (there.length === 0) return true;
  const replace = vscode.l10n.t('Replace');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('There is already {0}.', there.join(', ')),
    { modal: true },
    replace,
  );
  return answer === replace;
}

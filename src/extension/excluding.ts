import * as vscode from 'vscode';
import { PairLensError } from '../core/errors.ts';
import { REQUESTS } from '../protocol/serverApi.ts';
import type { FindingItem, PairRef } from '../protocol/shapes.ts';
import type { Actions, Teller } from './actions.ts';
import type { ServerClient } from './serverClient.ts';
import { confirmTakeOut, takeOutFiles } from './takeOutSteps.ts';
import { nameOf } from './workspaceFiles.ts';

/*
 * Pairs that are excluded: images, captions, companions and rows leave the dataset for a folder of the user's choice. What is
 * only noted in the file of decisions is called ignored.
 */

/** The images that a page means, each once, as URIs. */
export function imagesOf(
  of: { readonly images: readonly string[] } | { readonly pairs: readonly PairRef[] },
): readonly string[] {
  const images =
    'images' in of
      ? of.images
      : of.pairs.map(({ root, image }) =>
          vscode.Uri.joinPath(vscode.Uri.parse(root), image).toString(),
        );
  return [...new Set(images)];
}

/** The images that findings are about, and caption files that belong to none, as URIs. */
export function filesOfFindings(findings: readonly FindingItem[]): readonly string[] {
  return findings.flatMap(({ item, imageUri, loneCaption, uri }) =>
    loneCaption === true ? uri : (item?.imageUri ?? imageUri ?? []),
  );
}

/**
 * Moves images with what belongs to them to the folder for excluded pairs. One goes at once, as undo brings it back; a question
 * lists the files of several.
 * @returns how many; 0 if the user did not confirm, or there are none.
 */
export async function exclude(
  client: ServerClient,
  actions: Actions,
  given: readonly string[],
  teller: Teller,
): Promise<number> {
  const images = [...new Set(given)];
  const [first] = images;
  if (first === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'These findings are about files without an image: there is nothing to exclude.',
      ),
    );
    return 0;
  }
  const count = images.length;
  const words =
    count === 1
      ? {
          label: vscode.l10n.t('Exclude {0}', nameOf(first)),
          done: vscode.l10n.t(
            '{0} is excluded: it and what belongs to it were moved.',
            nameOf(first),
          ),
        }
      : {
          label: vscode.l10n.t('Exclude {0} images', count),
          done: vscode.l10n.t(
            '{0} images are excluded: they and what belongs to them were moved.',
            count,
          ),
        };
  const question =
    count === 1 ? undefined : vscode.l10n.t('Move {0} images out of the dataset?', count);
  const moved = await moveOut(client, actions, images, { ...words, question, teller });
  return moved ? count : 0;
}

/** Moves the pairs that are ignored to the folder for excluded pairs, after a question. */
export async function moveIgnored(client: ServerClient, actions: Actions): Promise<void> {
  const { decisions } = await client.request(REQUESTS.decisions, {});
  const ignored = decisions.filter(({ decision }) => decision === 'excluded');
  const images = [...new Set(ignored.map(({ item }) => item.imageUri))];
  const count = images.length;
  if (count === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('No pair is ignored. Ignore pairs in the review or in Browse Dataset first.'),
    );
    return;
  }
  await moveOut(client, actions, images, {
    label: vscode.l10n.t('Move {0} ignored images', count),
    done: vscode.l10n.t('{0} ignored images moved with what belongs to them.', count),
    question: vscode.l10n.t('Move {0} ignored images out of the dataset?', count),
    teller: 'message',
  });
}

interface MovedOut {
  /** For undo. */
  readonly label: string;
  readonly done: string;
  /** Asked with the files; they are moved at once without it. */
  readonly question: string | undefined;
  readonly teller: Teller;
}

async function moveOut(
  client: ServerClient,
  actions: Actions,
  images: readonly string[],
  { label, done, question, teller }: MovedOut,
): Promise<boolean> {
  const folder = await excludedFolder(await rootOf(client, images[0] ?? ''));
  if (folder === undefined) return false;
  const asked = { images: [...images], folder: folder.toString() };
  const plan = await client.request(REQUESTS.takeOut, asked);
  if (question !== undefined && !(await confirmTakeOut(plan, false, question))) return false;
  actions.did(await takeOutFiles(plan, false, { label, done }), teller);
  return true;
}

/** The root of the dataset that holds an image. @throws PairLensError `invalid-argument`. */
async function rootOf(client: ServerClient, image: string): Promise<vscode.Uri> {
  const { datasets } = await client.request(REQUESTS.status, {});
  const [root] = datasets
    .map((dataset) => dataset.root)
    .filter((each) => image.startsWith(`${each.replace(/\/$/u, '')}/`))
    .sort((a, b) => b.length - a.length);
  if (root !== undefined) return vscode.Uri.parse(root);
  const name = nameOf(image);
  throw new PairLensError(
    'invalid-argument',
    vscode.l10n.t('{0} is not part of a dataset that is open.', name),
    { remedy: vscode.l10n.t('Run “PairLens: Audit Dataset”, and try again.') },
  );
}

const FOLDER_SETTING = 'excludedFolder';

/** The folder of the setting; asked and kept where it is empty. @param root of the dataset */
async function excludedFolder(root: vscode.Uri): Promise<vscode.Uri | undefined> {
  const settings = vscode.workspace.getConfiguration('pairlens');
  let named = settings.get<string>(FOLDER_SETTING)?.trim() ?? '';
  if (named === '') {
    const given = await vscode.window.showInputBox({
      title: vscode.l10n.t('Folder for excluded pairs'),
      prompt: vscode.l10n.t(
        'A path, or a name in the dataset’s folder. PairLens does not read folders whose name begins with a dot.',
      ),
      value: '.excluded',
      // A page that loads meanwhile may take the focus.
      ignoreFocusOut: true,
      validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('Give a folder.') : undefined),
    });
    if (given === undefined) return undefined;
    named = given.trim();
    await settings.update(FOLDER_SETTING, named, vscode.ConfigurationTarget.Workspace);
  }
  const isAbsolute = /^(?:[\\/]|[A-Za-z]:[\\/])/.test(named);
  return isAbsolute
    ? root.with({ path: vscode.Uri.file(named).path })
    : vscode.Uri.joinPath(root, named);
}

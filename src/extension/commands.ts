import * as vscode from 'vscode';
import { z } from 'zod';
import { CAPTION_FORMATS } from '../core/formats/formatTable.ts';
import { CLIENT_COMMANDS, REQUESTS } from '../protocol/serverApi.ts';
import type { DecidedPair, FindingItem } from '../protocol/shapes.ts';
import type { HostEvent } from '../protocol/webviewApi.ts';
import type { Actions } from './actions.ts';
import type { CommandId } from './commandIds.ts';
import type { EditorPage } from './editorPage.ts';
import { dropFit, fit } from './fitting.ts';
import type { FindingNode, FindingsTree } from './findingsTree.ts';
import { createConfig, settle } from './configQuestions.ts';
import type { InventoryModel } from './inventoryModel.ts';
import { findMatchingCaptions } from './matchingCaptions.ts';
import { findMatchingImages } from './matchingImages.ts';
import type { NeighboursView } from './neighboursView.ts';
import { moveExcluded, removeExactDuplicates } from './pairRemoval.ts';
import { FIX_MADE } from './quickFixes.ts';
import type { ServerClient } from './serverClient.ts';
import { showFailure } from './showFailure.ts';
import { showProgress } from './statusBar.ts';

export interface CommandParts {
  readonly client: ServerClient;
  readonly actions: Actions;
  readonly neighbours: NeighboursView;
  readonly review: EditorPage;
  readonly browse: EditorPage;
  readonly tree: FindingsTree;
  readonly inventory: InventoryModel;
  readonly log: vscode.LogOutputChannel;
}

/** Implementation of a command. The argument comes from menus and links, and from any other extension: unknown. */
type Run = (parts: CommandParts, argument: unknown) => Promise<void> | void;

/** All commands but those that group the tree (findingsTree.ts). */
const COMMANDS: Readonly<Record<Exclude<CommandId, `pairlens.groupBy${string}`>, Run>> = {
  'pairlens.findMatchingCaptions': async ({ client, actions }, argument) => {
    if (!(await hasDataset(client))) return;
    await findMatchingCaptions(client, actions, asUri(argument));
  },
  'pairlens.findMatchingImages': async ({ client, actions }) => {
    if (await hasDataset(client)) findMatchingImages(client, actions);
  },
  'pairlens.audit': ({ client }) => audit(client, false),
  'pairlens.rebuildIndex': ({ client }) => audit(client, true),
  'pairlens.fit': async ({ client }) => {
    if (await hasDataset(client)) await fit(client);
  },
  'pairlens.dropFit': async ({ client }) => {
    if (await hasDataset(client)) await dropFit(client);
  },
  'pairlens.review': async ({ client, review }, argument) => {
    if (await hasDataset(client)) await review.show(shown(findingOf(argument)?.id));
  },
  'pairlens.browse': async ({ client, browse }) => {
    if (await hasDataset(client)) await browse.show();
  },
  'pairlens.showNeighbours': async ({ neighbours }, argument) => {
    const link = CLIENT_COMMANDS.showNeighbours.args.safeParse([argument]);
    const image = asUri(argument);
    if (link.success) await neighbours.show({ kind: 'pair', pair: link.data[0].pair });
    else await neighbours.show(image && { kind: 'image', uri: image.toString() });
  },
  'pairlens.moveExcluded': async ({ client, actions }) => {
    if (await hasDataset(client)) await moveExcluded(client, actions);
  },
  'pairlens.removeDuplicates': async ({ client, actions }) => {
    if (await hasDataset(client)) await removeExactDuplicates(client, actions);
  },
  'pairlens.showProgress': ({ client }) => showProgress(client),
  'pairlens.showInventory': async ({ inventory }) => {
    if (!hasFolder()) return;
    await inventory.current();
    await vscode.commands.executeCommand('pairlens.dataset.focus');
  },
  'pairlens.settle': async ({ client, inventory, actions }, argument) => {
    if (hasFolder()) await settle(client, inventory, actions, argument);
  },
  'pairlens.createConfig': async ({ client, inventory, actions }, argument) => {
    if (hasFolder()) await createConfig(client, inventory, actions, argument);
  },
  'pairlens.showLog': ({ log }) => log.show(),
  'pairlens.restartServer': ({ client }) => client.restart(),
  [CLIENT_COMMANDS.openPair.command]: async ({ actions }, argument) => {
    await actions.openCaption(CLIENT_COMMANDS.openPair.args.parse([argument])[0]);
  },
  [CLIENT_COMMANDS.useCaption.command]: async ({ actions }, argument) => {
    const [{ pair, caption }] = CLIENT_COMMANDS.useCaption.args.parse([argument]);
    await actions.setCaption(pair, caption);
  },
  [CLIENT_COMMANDS.reviewFinding.command]: async ({ review }, argument) => {
    const [{ id }] = CLIENT_COMMANDS.reviewFinding.args.parse([argument]);
    await review.show(shown(id));
  },
  [CLIENT_COMMANDS.decide.command]: async ({ actions }, argument) => {
    const [{ pair, decision }] = CLIENT_COMMANDS.decide.args.parse([argument]);
    await actions.decide(pair, decision);
  },
  [CLIENT_COMMANDS.saveAsUtf8.command]: async ({ actions }, argument) => {
    const [{ uri, encoding }] = CLIENT_COMMANDS.saveAsUtf8.args.parse([argument]);
    await actions.saveAsUtf8(uri, encoding);
  },
  [CLIENT_COMMANDS.renameCaptionFile.command]: async ({ actions }, argument) => {
    const [{ from, to }] = CLIENT_COMMANDS.renameCaptionFile.args.parse([argument]);
    await actions.renameCaptionFile(from, to);
  },
  [CLIENT_COMMANDS.separateImages.command]: async ({ actions }, argument) => {
    const [{ uri, separations }] = CLIENT_COMMANDS.separateImages.args.parse([argument]);
    await actions.separateImages(uri, separations);
  },
  [FIX_MADE]: async ({ client, actions }, argument) => {
    const applied = await client.fixes.made(argument);
    if (applied !== undefined) actions.made(applied);
  },
  // A tree row cannot show the caption that would be written; the review can.
  'pairlens.finding.fix': async ({ review }, argument) => {
    const finding = findingOf(argument);
    if (finding !== undefined) await review.show(shown(finding.id));
  },
  'pairlens.finding.verify': async ({ actions }, argument) => {
    const pair = findingOf(argument)?.item?.pair;
    if (pair !== undefined) await actions.decide(pair, 'verified');
  },
  'pairlens.finding.exclude': async ({ actions }, argument) => {
    const pair = findingOf(argument)?.item?.pair;
    if (pair !== undefined) await actions.decide(pair, 'excluded');
  },
  'pairlens.showVerdicts': async ({ client, tree }) => {
    if (await hasDataset(client)) await tree.showVerdicts();
  },
  'pairlens.verdict.takeBack': async ({ actions }, argument) => {
    const verdict = verdictOf(argument);
    if (verdict !== undefined) await actions.decide(verdict.item.pair, 'none');
  },
  'pairlens.finding.openImage': async ({ actions }, argument) => {
    const image = findingOf(argument)?.imageUri;
    if (image !== undefined) await actions.openImage(image);
  },
  'pairlens.gettingStarted': async () => {
    await vscode.commands.executeCommand(
      'workbench.action.openWalkthrough',
      'pairlens.pairlens#pairlens.gettingStarted',
    );
  },
};

/** Registers all commands; failures are shown to the user. */
export function registerCommands(parts: CommandParts): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(COMMANDS).map(([id, run]) =>
      vscode.commands.registerCommand(id, async (argument: unknown) => {
        try {
          await run(parts, argument);
        } catch (error) {
          showFailure(error);
        }
      }),
    ),
  );
}

async function audit(client: ServerClient, rebuild: boolean): Promise<void> {
  if (!hasFolder()) return;
  // A server that crashed too often is started again, which includes an audit.
  const gaveUp = client.status?.state === 'failed' && !client.running;
  if (gaveUp) await client.restart();
  if (!gaveUp || rebuild) await client.request(REQUESTS.audit, { rebuild });
}

function hasFolder(): boolean {
  if ((vscode.workspace.workspaceFolders ?? []).length > 0) return true;
  void vscode.window.showInformationMessage(
    vscode.l10n.t('Open the folder that holds your images and captions first.'),
  );
  return false;
}

/** Whether there is a dataset; if not, shows why. */
async function hasDataset(client: ServerClient): Promise<boolean> {
  if (!hasFolder()) return false;
  const { state, datasets } = await client.request(REQUESTS.status, {});
  if (state !== 'no-dataset' || datasets.length > 0) return true;
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      'There is no image-caption dataset in this folder. PairLens looks for {0}.',
      CAPTION_FORMATS.map(({ title }) => title).join('; '),
    ),
  );
  return false;
}

function asUri(argument: unknown): vscode.Uri | undefined {
  return argument instanceof vscode.Uri ? argument : undefined;
}

const nodeSchema = z.object({ kind: z.enum(['group', 'finding', 'verdicts', 'verdict']) });

/** A tree row; menus pass the row as argument. */
function nodeOf(argument: unknown): FindingNode | undefined {
  return nodeSchema.safeParse(argument).success ? (argument as FindingNode) : undefined;
}

function findingOf(argument: unknown): FindingItem | undefined {
  const node = nodeOf(argument);
  return node?.kind === 'finding' ? node.finding : undefined;
}

/** What tells the review which finding to show; undefined for the one it is at. */
function shown(id: string | undefined): HostEvent | undefined {
  return id === undefined ? undefined : { event: 'showFinding', id };
}

function verdictOf(argument: unknown): DecidedPair | undefined {
  const node = nodeOf(argument);
  return node?.kind === 'verdict' ? node.verdict : undefined;
}

import * as vscode from 'vscode';
import { CAPTION_FORMATS } from '../core/formats/formatTable.ts';
import { CLIENT_COMMANDS } from '../protocol/commands.ts';
import { REQUESTS } from '../protocol/serverApi.ts';
import type { HostEvent } from '../protocol/webviewApi.ts';
import type { Actions } from './actions.ts';
import type { CommandId } from './commandIds.ts';
import type { EditorPage } from './editorPage.ts';
import { dropFit, fit } from './fitting.ts';
import {
  chosenFindings,
  chosenVerdicts,
  decideFindings,
  fixGroup,
  onFindings,
  turnRuleOff,
} from './findingCommands.ts';
import type { FindingsTree } from './findingsTree.ts';
import { openImageBeside } from './captionEditors.ts';
import { openSampleDataset } from './sampleDataset.ts';
import { chooseEncoder } from './encoderChoice.ts';
import type { KeptNumbers } from './encoderNumbers.ts';
import { createConfig, settle } from './configQuestions.ts';
import type { InventoryModel } from './inventoryModel.ts';
import { findMatchingCaptions } from './matchingCaptions.ts';
import { findMatchingImages } from './matchingImages.ts';
import type { NeighboursView } from './neighboursView.ts';
import { exclude, filesOfFindings, moveIgnored } from './excluding.ts';
import { writePairList } from './pairLists.ts';
import { removeExactDuplicates } from './pairRemoval.ts';
import { FIX_MADE } from './quickFixes.ts';
import type { ServerClient } from './serverClient.ts';
import { showFailure } from './showFailure.ts';
import { showProgress } from './statusBar.ts';

export interface CommandParts {
  readonly context: vscode.ExtensionContext;
  readonly client: ServerClient;
  readonly actions: Actions;
  readonly neighbours: NeighboursView;
  readonly review: EditorPage;
  readonly browse: EditorPage;
  readonly statistics: EditorPage;
  readonly map: EditorPage;
  readonly tree: FindingsTree;
  readonly inventory: InventoryModel;
  readonly encoderNumbers: KeptNumbers;
  readonly log: vscode.LogOutputChannel;
}

/** Implementation of a command. The argument comes from menus and links, and from any other extension: unknown. */
type Run = (
  parts: CommandParts,
  argument: unknown,
  /** All selected rows of a tree, where a menu of several was used. */
  selected: unknown,
) => Promise<void> | void;

/** Commands that arrange and filter the tree (findingsTree.ts). */
type TreeCommandId =
  | `pairlens.groupBy${string}`
  | 'pairlens.sortBySureness'
  | 'pairlens.filterFindings'
  | 'pairlens.clearFilter';

const COMMANDS: Readonly<Record<Exclude<CommandId, TreeCommandId>, Run>> = {
  'pairlens.findMatchingCaptions': async ({ client, actions }, argument) => {
    if (!(await hasDataset(client))) return;
    await findMatchingCaptions(client, actions, asUri(argument));
  },
  'pairlens.findMatchingImages': async ({ client, actions }) => {
    if (await hasDataset(client)) findMatchingImages(client, actions);
  },
  'pairlens.audit': ({ client }) => audit(client, false),
  'pairlens.rebuildIndex': ({ client }) => audit(client, true),
  'pairlens.chooseEncoder': ({ client, encoderNumbers }) => chooseEncoder(client, encoderNumbers),
  'pairlens.fit': async ({ client }) => {
    if (await hasDataset(client)) await fit(client);
  },
  'pairlens.dropFit': async ({ client }) => {
    if (await hasDataset(client)) await dropFit(client);
  },
  'pairlens.review': async ({ client, review, tree }, argument) => {
    if (!(await hasDataset(client))) return;
    const [finding = tree.inView()] = chosenFindings(argument, undefined);
    await review.show(shown(finding?.id));
  },
  'pairlens.browse': async ({ client, browse }) => {
    if (await hasDataset(client)) await browse.show();
  },
  'pairlens.statistics': async ({ client, statistics }) => {
    if (await hasDataset(client)) await statistics.show();
  },
  'pairlens.map': async ({ client, map }) => {
    if (await hasDataset(client)) await map.show();
  },
  'pairlens.showNeighbours': async ({ neighbours }, argument) => {
    const link = CLIENT_COMMANDS.showNeighbours.args.safeParse([argument]);
    const image = asUri(argument);
    if (link.success) await neighbours.show({ kind: 'pair', pair: link.data[0].pair });
    else await neighbours.show(image && { kind: 'image', uri: image.toString() });
  },
  'pairlens.openImageBeside': ({ client }) => openImageBeside(client),
  'pairlens.openSample': ({ context }) => openSampleDataset(context),
  'pairlens.moveIgnored': async ({ client, actions }) => {
    if (await hasDataset(client)) await moveIgnored(client, actions);
  },
  'pairlens.writePairList': async ({ client }) => {
    if (await hasDataset(client)) await writePairList(client);
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
    const [finding] = chosenFindings(argument, undefined);
    if (finding !== undefined) await review.show(shown(finding.id));
  },
  'pairlens.finding.verify': ({ actions }, argument, selected) =>
    onFindings(argument, selected, (findings) => decideFindings(actions, findings, 'verified')),
  'pairlens.finding.ignore': ({ actions }, argument, selected) =>
    onFindings(argument, selected, (findings) => decideFindings(actions, findings, 'excluded')),
  'pairlens.finding.exclude': ({ client, actions }, argument, selected) =>
    onFindings(argument, selected, async (findings) => {
      await exclude(client, actions, filesOfFindings(findings), 'message');
    }),
  'pairlens.finding.apply': ({ client, actions }, argument, selected) =>
    onFindings(argument, selected, (findings) => fixGroup(client, actions, findings, false)),
  'pairlens.finding.takeLikely': ({ client, actions }, argument, selected) =>
    onFindings(argument, selected, (findings) => fixGroup(client, actions, findings, true)),
  'pairlens.finding.ruleOff': async ({ client, actions }, argument) => {
    const [finding] = chosenFindings(argument, undefined);
    if (finding !== undefined) await turnRuleOff(client, actions, finding, 'message');
  },
  'pairlens.showVerdicts': async ({ client, tree }) => {
    if (await hasDataset(client)) await tree.showVerdicts();
  },
  'pairlens.verdict.takeBack': async ({ actions }, argument, selected) => {
    const pairs = chosenVerdicts(argument, selected).map(({ item }) => item.pair);
    const [only, ...others] = pairs;
    if (others.length > 0) await actions.decideAll(pairs, 'none', 'message');
    else if (only !== undefined) await actions.decide(only, 'none');
  },
  'pairlens.finding.openImage': async ({ actions }, argument) => {
    const [{ imageUri: image } = {}] = chosenFindings(argument, undefined);
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
      vscode.commands.registerCommand(id, async (argument: unknown, selected: unknown) => {
        try {
          await run(parts, argument, selected);
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

/** What tells the review which finding to show; undefined for the one it is at. */
function shown(id: string | undefined): HostEvent | undefined {
  return id === undefined ? undefined : { event: 'showFinding', id };
}

import * as vscode from 'vscode';
import { z } from 'zod';
import { CAPTION_FORMATS } from '../core/formats/formatTable.ts';
import { CLIENT_COMMANDS, REQUESTS } from '../protocol/serverApi.ts';
import type { FindingItem, FixItem } from '../protocol/shapes.ts';
import type { Actions } from './actions.ts';
import type { FindingNode } from './findingsTree.ts';
import { findMatchingCaptions } from './matchingCaptions.ts';
import { findMatchingImages } from './matchingImages.ts';
import type { NeighboursView } from './neighboursView.ts';
import type { ReviewPanel } from './reviewPanel.ts';
import type { ServerClient } from './serverClient.ts';
import { showFailure } from './showFailure.ts';

export interface CommandParts {
  readonly client: ServerClient;
  readonly actions: Actions;
  readonly neighbours: NeighboursView;
  readonly review: ReviewPanel;
  readonly log: vscode.LogOutputChannel;
}

/** Implementation of a command. The argument comes from menus and links, and from any other extension: unknown. */
type Run = (parts: CommandParts, argument: unknown) => Promise<void> | void;

/** All commands but those that group the tree (findingsTree.ts). */
const COMMANDS: Readonly<Record<string, Run>> = {
  'pairlens.findMatchingCaptions': async ({ client, actions }, argument) => {
    if (!(await hasDataset(client))) return;
    await findMatchingCaptions(client, actions, asUri(argument));
  },
  'pairlens.findMatchingImages': async ({ client, actions }) => {
    if (await hasDataset(client)) findMatchingImages(client, actions);
  },
  'pairlens.audit': ({ client }) => audit(client, false),
  'pairlens.rebuildIndex': ({ client }) => audit(client, true),
  'pairlens.review': async ({ client, review }, argument) => {
    if (await hasDataset(client)) await review.show(findingOf(argument)?.id);
  },
  'pairlens.showNeighbours': async ({ neighbours }, argument) => {
    const link = CLIENT_COMMANDS.showNeighbours.args.safeParse([argument]);
    const image = asUri(argument);
    if (link.success) await neighbours.show({ kind: 'pair', pair: link.data[0].pair });
    else await neighbours.show(image && { kind: 'image', uri: image.toString() });
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
  'pairlens.finding.fix': async ({ actions }, argument) => {
    const finding = findingOf(argument);
    const fix = finding?.fixes.find(({ kind }) => EDITS.includes(kind));
    if (finding !== undefined && fix !== undefined) await applyFix(actions, finding, fix);
  },
  'pairlens.finding.verify': async ({ actions }, argument) => {
    const pair = findingOf(argument)?.item?.pair;
    if (pair !== undefined) await actions.decide(pair, 'verified');
  },
  'pairlens.finding.exclude': async ({ actions }, argument) => {
    const pair = findingOf(argument)?.item?.pair;
    if (pair !== undefined) await actions.decide(pair, 'excluded');
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

const EDITS: readonly FixItem['kind'][] = ['replace-caption', 'swap-captions', 'create-caption'];

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

async function applyFix(actions: Actions, finding: FindingItem, fix: FixItem): Promise<void> {
  const pair = finding.item?.pair;
  switch (fix.kind) {
    case 'replace-caption':
      if (pair && fix.caption !== undefined) await actions.setCaption(pair, fix.caption);
      break;
    case 'swap-captions':
      if (pair && fix.other) await actions.swap(pair, fix.other);
      break;
    case 'create-caption': {
      const image = finding.imageUri ?? finding.uri;
      const caption = await vscode.window.showInputBox({
        title: vscode.l10n.t('Caption'),
        prompt: vscode.l10n.t('What does the image show?'),
        ignoreFocusOut: true,
      });
      if (caption !== undefined) await actions.createCaption(image, caption);
      break;
    }
    case 'mark-verified':
    case 'exclude-pair':
      break;
  }
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

const nodeSchema = z.object({ kind: z.literal('finding') });

/** The finding of a tree row; menus pass the row as argument. */
function findingOf(argument: unknown): FindingItem | undefined {
  if (!nodeSchema.safeParse(argument).success) return undefined;
  const node = argument as FindingNode;
  return node.kind === 'finding' ? node.finding : undefined;
}

import * as vscode from 'vscode';
import { z } from 'zod';
import { CONFIG_FILE } from '../core/settings/settingTable.ts';
import { distinctPairs } from '../protocol/pairKey.ts';
import { REQUESTS } from '../protocol/serverApi.ts';
import type { DecidedPair, FindingItem } from '../protocol/shapes.ts';
import type { Actions, Teller } from './actions.ts';
import { chosenNodes, findingsOf, type FindingNode } from './findingGroups.ts';
import { fixedText, fixFindings } from './findingFixes.ts';
import type { ServerClient } from './serverClient.ts';

/*
 * The commands of the rows of *Findings*. Menus pass the row, and all rows if several are selected.
 */

const nodeSchema = z.object({
  kind: z.enum(['group', 'finding', 'leastFitting', 'pair', 'verdicts', 'verdict']),
});

function isNode(argument: unknown): argument is FindingNode {
  return nodeSchema.safeParse(argument).success;
}

/** The rows that a command is about; none if another extension passes something else. */
function nodesOf(argument: unknown, selected: unknown): readonly FindingNode[] {
  if (!isNode(argument)) return [];
  return chosenNodes(argument, Array.isArray(selected) ? selected.filter(isNode) : undefined);
}

/** The findings of the rows that a command is about. */
export function chosenFindings(argument: unknown, selected: unknown): readonly FindingItem[] {
  return findingsOf(nodesOf(argument, selected));
}

/** Runs what a menu is for; says so where the list changed while the menu was open, so that VS Code knows its row no more. */
export async function onFindings(
  argument: unknown,
  selected: unknown,
  run: (findings: readonly FindingItem[]) => Promise<void>,
): Promise<void> {
  const findings = chosenFindings(argument, selected);
  if (findings.length > 0) {
    await run(findings);
    return;
  }
  void vscode.window.showInformationMessage(
    vscode.l10n.t('The findings have just changed, and nothing was done. Choose again.'),
  );
}

export function chosenVerdicts(argument: unknown, selected: unknown): readonly DecidedPair[] {
  return nodesOf(argument, selected).flatMap((node) =>
    node.kind === 'verdict' ? [node.verdict] : [],
  );
}

/** Verifies or ignores the pairs of findings, as one step. */
export async function decideFindings(
  actions: Actions,
  findings: readonly FindingItem[],
  decision: 'verified' | 'excluded',
): Promise<void> {
  const decided = findings.flatMap(({ item }) => (item === undefined ? [] : [item.pair]));
  // A pair may have several findings.
  const pairs = distinctPairs(decided);
  const [only, ...others] = pairs;
  if (only === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('These findings are about files without a pair: there is nothing to decide.'),
    );
  } else if (others.length === 0) await actions.decide(only, decision);
  else await actions.decideAll(pairs, decision, 'message');
}

/** Fixes findings after showing what changes. */
export async function fixGroup(
  client: ServerClient,
  actions: Actions,
  findings: readonly FindingItem[],
  suggestions: boolean,
): Promise<void> {
  const of = { ids: findings.map(({ id }) => id) };
  const fixed = await fixFindings(client, actions, of, suggestions, 'message');
  const { left, later, readOnly } = fixed;
  const kept = Object.values(readOnly).reduce((total, count) => total + count, left + later);
  // The number of fixed ones has a message with undo.
  if (fixed.discarded || (fixed.fixed.length > 0 && kept === 0)) return;
  void vscode.window.showInformationMessage(fixedText(fixed));
}

/**
 * Turns a rule off in the config file of the folder that holds a file, after showing the change.
 * @returns false if the user did not confirm.
 */
export async function turnRuleOff(
  client: ServerClient,
  actions: Actions,
  { code, uri }: Pick<FindingItem, 'code' | 'uri'>,
  teller: Teller,
): Promise<boolean> {
  const { folders } = await client.request(REQUESTS.inventory, {});
  // The innermost: its config file is the one that is read.
  const [folder] = folders
    .map((each) => each.folder)
    .filter((each) => `${uri}/`.startsWith(`${each.replace(/\/$/u, '')}/`))
    .sort((a, b) => b.length - a.length);
  if (folder === undefined) return false;
  const edit = await client.request(REQUESTS.configEdit, { folder, rules: { [code]: 'off' } });
  const done = vscode.l10n.t('{0} is off in this folder: {1} says so.', code, CONFIG_FILE);
  return actions.edit({ ...edit, done }, { teller, preview: true });
}

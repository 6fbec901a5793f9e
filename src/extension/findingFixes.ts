import * as vscode from 'vscode';
import type { z } from 'zod';
import { REQUESTS } from '../protocol/serverApi.ts';
import type { ChosenFindings, FileFixItem } from '../protocol/shapes.ts';
import type { HOST_REQUESTS } from '../protocol/webviewApi.ts';
import type { Actions, Teller } from './actions.ts';
import { type AppliedEdit, applyEdit } from './applyEdit.ts';
import { renameFile, rewriteFile, separateImages } from './fileSteps.ts';
import type { ServerClient } from './serverClient.ts';
import { nameOf } from './workspaceFiles.ts';

/*
 * The fixes of several findings at once, as one step of undo.
 */

type Plan = z.output<(typeof REQUESTS)['findingFixes']['result']>;

/** What became of findings. */
export type FixedFindings = z.output<(typeof HOST_REQUESTS)['fixFindings']['result']>;

/**
 * Fixes findings after showing what changes.
 * @param suggestions wrong captions get the caption that is likely meant, and nothing else is fixed
 * @throws PairLensError `write-failed`; then nothing is changed.
 */
export async function fixFindings(
  client: ServerClient,
  actions: Actions,
  of: ChosenFindings,
  suggestions: boolean,
  teller: Teller,
): Promise<FixedFindings> {
  const plan = await client.request(REQUESTS.findingFixes, { of, suggestions });
  const { edit, files, left, later, readOnly } = plan;
  const counts = { left, later, readOnly };
  if (edit === null && files.length === 0) return { fixed: [], ...counts, discarded: false };
  const applied = await applyPlan(client, plan);
  if (applied === undefined) return { fixed: [], ...counts, discarded: true };
  actions.did(applied, teller);
  const { partly } = applied;
  return { fixed: plan.fixed, ...counts, discarded: false, ...(partly && { partly }) };
}

/** In one sentence each: what became of findings. */
export function fixedText({ fixed, left, later, readOnly }: FixedFindings): string {
  const { archive: archived, 'file-name': named } = readOnly;
  return [
    ...(fixed.length === 0 ? [fixedCount(0)] : []),
    ...(left > 0 ? [vscode.l10n.t('Left for a choice: {0}. The review shows it.', left)] : []),
    ...(later > 0
      ? [vscode.l10n.t('In files that another fix changes first: {0}; fix again.', later)]
      : []),
    ...(archived > 0
      ? [vscode.l10n.t('In archives, which PairLens does not change: {0}.', archived)]
      : []),
    ...(named > 0
      ? [vscode.l10n.t('Names of files, to be changed by renaming the files: {0}.', named)]
      : []),
  ].join(' ');
}

function fixedCount(count: number): string {
  if (count === 0) {
    return vscode.l10n.t('None of these findings has a fix that needs no choice.');
  }
  return count === 1
    ? vscode.l10n.t('1 finding fixed.')
    : vscode.l10n.t('{0} findings fixed.', count);
}

/** @returns undefined if the user did not confirm. */
async function applyPlan(client: ServerClient, plan: Plan): Promise<AppliedEdit | undefined> {
  if (plan.files.length > 0 && !(await confirmFiles(plan.files))) return undefined;
  const steps: AppliedEdit[] = [];
  try {
    if (plan.edit !== null) {
      const applied = await applyEdit(plan.edit, true);
      if (applied === undefined) return undefined;
      steps.push(applied);
    }
    for (const fix of plan.files) steps.push(await applyFileFix(client, fix));
  } catch (error) {
    await takeBack(steps);
    throw error;
  }
  const partly = steps.find((step) => step.partly);
  return {
    label:
      plan.fixed.length === 1
        ? vscode.l10n.t('Fix 1 finding')
        : vscode.l10n.t('Fix {0} findings', plan.fixed.length),
    done: partly?.done ?? fixedCount(plan.fixed.length),
    file: steps[0]?.file,
    ...(partly && { partly: true }),
    takeBack: () => takeBack(steps),
  };
}

function applyFileFix(client: ServerClient, fix: FileFixItem): Promise<AppliedEdit> {
  switch (fix.kind) {
    case 'save-as-utf8': {
      const { uri, encoding } = fix;
      return rewriteFile(vscode.Uri.parse(uri), async () => {
        await client.request(REQUESTS.saveAsUtf8, {
          uri,
          ...(encoding !== undefined && { encoding }),
        });
      });
    }
    case 'rename-caption-file':
      return renameFile(vscode.Uri.parse(fix.from), vscode.Uri.parse(fix.to));
    case 'separate-images':
      return separateImages(vscode.Uri.parse(fix.uri), fix.separations);
  }
}

/**
 * Undoes steps, the last first. A step whose file was changed since stays; a message names its file.
 * @returns false if nothing was undone
 */
async function takeBack(steps: readonly AppliedEdit[]): Promise<boolean> {
  const kept: AppliedEdit[] = [];
  for (const step of [...steps].reverse()) {
    if (!(await step.takeBack())) kept.push(step);
  }
  if (kept.length === steps.length) return false;
  const names = kept.flatMap(({ file }) => (file === undefined ? [] : [nameOf(file.toString())]));
  if (kept.length > 0) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('Not undone, because it was changed since: {0}.', names.join(', ')),
    );
  }
  return true;
}

/** Files named in a question. */
const NAMED = 12;

/** Shows which files are written or renamed as a whole, and asks. */
async function confirmFiles(fixes: readonly FileFixItem[]): Promise<boolean> {
  const lines = fixes.map(fileFixText);
  const more = lines.length - NAMED;
  const detail = [
    ...lines.slice(0, NAMED),
    ...(more > 0 ? [vscode.l10n.t('and {0} more files', more)] : []),
  ].join('\n');
  const question = vscode.l10n.t('Fix {0} files?', fixes.length);
  const yes = vscode.l10n.t('Fix');
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

function fileFixText(fix: FileFixItem): string {
  switch (fix.kind) {
    case 'save-as-utf8':
      return fix.encoding === undefined
        ? vscode.l10n.t('{0}: saved as UTF-8 without a byte order mark', nameOf(fix.uri))
        : vscode.l10n.t('{0}: read as {1}, saved as UTF-8', nameOf(fix.uri), fix.encoding);
    case 'rename-caption-file':
      return `${nameOf(fix.from)} → ${nameOf(fix.to)}`;
    case 'separate-images':
      return fix.separations
        .map(({ image, to, caption }) =>
          vscode.l10n.t(
            '{0} → {1}, with a copy of the caption, {2}',
            nameOf(image),
            nameOf(to),
            nameOf(caption),
          ),
        )
        .join('\n');
  }
}

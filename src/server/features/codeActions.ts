import * as l10n from '@vscode/l10n';
import {
  CodeActionKind,
  Command,
  type CodeAction,
  type CodeActionParams,
  type Range,
} from 'vscode-languageserver/node';
import { PairLensError } from '../../core/errors.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import type { LiveFinding } from '../../engine/workspace/workspace.ts';
import { SERVER_COMMANDS, type WireEdit } from '../../protocol/serverApi.ts';
import { shownScore } from '../../protocol/shownScore.ts';
import type { FixItem } from '../../protocol/shapes.ts';
import { answer } from '../requestHandler.ts';
import type { ServerContext } from '../context.ts';
import { diagnosticDataSchema } from './diagnostics.ts';
import { captionEdit, createCaptionEdit, lspEdit, swapEdit } from './editRequests.ts';
import { isBefore } from '../resolveTarget.ts';
import { fileOf, findingRange, useCaptionTitle, ProtocolConverter } from '../toProtocol.ts';

/** Captions offered for an image that has none. */
const SUGGESTIONS = 3;

/** Quick fixes for the findings under the cursor. */
export function registerCodeActions(context: ServerContext): void {
  context.connection.onCodeAction((params, token) =>
    answer('textDocument/codeAction', token, context.log, (signal) =>
      codeActions(context, params, signal),
    ),
  );
}

async function codeActions(
  context: ServerContext,
  { textDocument: { uri }, range, context: { diagnostics, only } }: CodeActionParams,
  signal: AbortSignal,
): Promise<CodeAction[]> {
  if (only?.every((kind) => !isWithin(CodeActionKind.QuickFix, kind)) === true) return [];
  const file = context.uris.toPath(uri);
  if (file === undefined || context.live.kindOf(file) === undefined) return [];
  await context.documents.whenSynced(file, signal, true);
  const named = new Map(
    diagnostics.flatMap((diagnostic) => {
      const data = diagnosticDataSchema.safeParse(diagnostic.data);
      return data.success ? [[data.data.id, diagnostic] as const] : [];
    }),
  );
  const concerned = context.live
    .findings()
    .filter((live) =>
      named.size > 0
        ? named.has(live.id)
        : fileOf(live) === file && overlaps(findingRange(live), range),
    );
  const actions: CodeAction[] = [];
  for (const live of concerned) {
    const diagnostic = named.get(live.id);
    for (const action of await actionsFor(context, live, signal)) {
      actions.push({ ...action, ...(diagnostic && { diagnostics: [diagnostic] }) });
    }
  }
  return onePreferred(actions);
}

async function actionsFor(
  context: ServerContext,
  live: LiveFinding,
  signal: AbortSignal,
): Promise<CodeAction[]> {
  const actions: CodeAction[] = [];
  for (const fix of new ProtocolConverter(context.uris).fixes(live)) {
    try {
      actions.push(...(await actionsOf(context, live, fix, signal)));
    } catch (error) {
      // One fix that cannot be made must not hide the others; the log says why.
      if (PairLensError.is(error, 'cancelled')) throw error;
      context.log.info(`${fix.title}: ${PairLensError.from(error).message}`);
    }
  }
  return actions;
}

async function actionsOf(
  context: ServerContext,
  live: LiveFinding,
  fix: FixItem,
  signal: AbortSignal,
): Promise<CodeAction[]> {
  const { pair } = live;
  if (fix.kind === 'create-caption') return createActions(context, live, fix, signal);
  if (pair === undefined) return [];
  const wire = new ProtocolConverter(context.uris);
  switch (fix.kind) {
    case 'replace-caption': {
      if (fix.caption === undefined) return [];
      const edit = await captionEdit(context, pair, fix.caption, signal);
      const title =
        fix.match === undefined
          ? fix.title
          : l10n.t('{0} (match {1})', fix.title, shownScore(fix.match));
      return quickFix(context, title, edit, true);
    }
    case 'swap-captions': {
      const other = fix.other === undefined ? undefined : wire.id(fix.other);
      if (other === undefined) return [];
      return quickFix(context, fix.title, await swapEdit(context, pair, other, signal), true);
    }
    case 'mark-verified':
    case 'exclude-pair': {
      const decision = fix.kind === 'mark-verified' ? 'verified' : 'excluded';
      const argument = { pair: wire.ref(pair), decision };
      const command = Command.create(fix.title, SERVER_COMMANDS.decide, argument);
      return [{ title: fix.title, kind: CodeActionKind.QuickFix, command }];
    }
  }
}

/** The missing caption file, with captions of the dataset that fit the image, or empty to be written. */
async function createActions(
  context: ServerContext,
  { root, finding }: LiveFinding,
  fix: FixItem,
  signal: AbortSignal,
): Promise<CodeAction[]> {
  const image = finding.image ?? finding.file;
  const imagePath = toAbsolute(root, image);
  const found = await context.live.neighbours(
    { root, image, captionIndex: 0 },
    SUGGESTIONS,
    signal,
  );
  const suggestions = (found?.captions ?? []).filter(({ score }) => score > 0.5);
  const actions: CodeAction[] = [];
  for (const { pair, score } of suggestions) {
    const edit = await createCaptionEdit(context, imagePath, pair.caption, signal);
    const title = l10n.t('{0} (match {1})', useCaptionTitle(pair.caption), shownScore(score));
    actions.push(...quickFix(context, title, edit, true));
  }
  const empty = await createCaptionEdit(context, imagePath, '', signal);
  actions.push(...quickFix(context, fix.title, empty, false));
  return actions;
}

function quickFix(
  context: ServerContext,
  title: string,
  wire: WireEdit,
  isPreferred: boolean,
): CodeAction[] {
  const edit = lspEdit(context, wire);
  return edit === undefined ? [] : [{ title, kind: CodeActionKind.QuickFix, edit, isPreferred }];
}

/** Auto-fix takes the preferred action: there can be but one for what is under the cursor. */
function onePreferred(actions: readonly CodeAction[]): CodeAction[] {
  const best = actions.find(({ isPreferred }) => isPreferred === true);
  return actions.map((action) => (action === best ? action : { ...action, isPreferred: false }));
}

function isWithin(kind: CodeActionKind, asked: CodeActionKind): boolean {
  return asked === '' || kind === asked || kind.startsWith(`${asked}.`);
}

function overlaps(a: Range | undefined, b: Range): boolean {
  if (a === undefined) return true;
  return !(isBefore(a.end, b.start) || isBefore(b.end, a.start));
}

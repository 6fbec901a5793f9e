import type { fixTextsSchema, WireEdit } from '../../protocol/workspaceEdit.ts';
import * as l10n from '@vscode/l10n';
import {
  CodeActionKind,
  Command,
  type CodeAction,
  type CodeActionParams,
  type Range,
} from 'vscode-languageserver/node';
import { z } from 'zod';
import { PairLensError } from '../../core/errors.ts';
import { toAbsolute } from '../../core/dataset/paths.ts';
import { sentence } from '../../core/text/sentence.ts';
import { readOnlyBecause } from '../../engine/workspace/pairLookup.ts';
import { noSuchPair } from '../../engine/workspace/openedDatasets.ts';
import type {
  Lines,
  LiveFinding,
  LivePair,
  LiveWorkspace,
} from '../../engine/workspace/workspace.ts';
import type { Decision } from '../../core/dataset/decisions.ts';
import { CLIENT_COMMANDS, SERVER_COMMANDS } from '../../protocol/commands.ts';
import { REQUESTS } from '../../protocol/serverApi.ts';
import { LEAST_POSSIBLE } from '../../core/candidateLevels.ts';
import { shownScore } from '../../protocol/shownScore.ts';
import type { FixItem, PairRef } from '../../protocol/shapes.ts';
import { answer } from '../requestHandler.ts';
import type { ServerContext } from '../context.ts';
import { diagnosticDataSchema } from './diagnostics.ts';
import {
  captionEdit,
  createCaptionEdit,
  lspEdit,
  moveEdit,
  swapEdit,
  upToDate,
} from './editRequests.ts';
import { fileActions, settleActions } from './fileActions.ts';
import { isBefore } from '../resolveTarget.ts';
import {
  fileOf,
  findingRanges,
  lacksCaption,
  ProtocolConverter,
  rangeOf,
  titleCaption,
  useCaptionTitle,
  VERDICTS,
} from '../toProtocol.ts';

/** `data` of a quick fix. Its edit is computed when the user picks it, for the text shown at that time. */
const fixSchema = z.discriminatedUnion('kind', [
  // `was`: the captions when the fix was offered. A captionIndex may refer to another caption later.
  z.object({
    kind: z.literal('caption'),
    params: REQUESTS.captionEdit.params,
    was: z.array(z.string()).readonly(),
  }),
  z.object({
    kind: z.literal('swap'),
    params: REQUESTS.swapEdit.params,
    was: z.array(z.string()).readonly(),
  }),
  z.object({
    kind: z.literal('move'),
    params: REQUESTS.moveEdit.params,
    was: z.array(z.string()).readonly(),
  }),
  z.object({ kind: z.literal('create'), params: REQUESTS.createCaptionEdit.params }),
]);
type FixRequest = z.infer<typeof fixSchema>;

/** Captions offered for an image without a caption. */
const SUGGESTIONS = 3;

/** Quick fixes for the findings under the cursor. */
export function registerCodeActions(context: ServerContext): void {
  context.connection.onCodeAction((params, token) =>
    answer('textDocument/codeAction', token, context.log, (signal) =>
      codeActions(context, params, signal),
    ),
  );
  context.connection.onCodeActionResolve((action, token) =>
    answer('codeAction/resolve', token, context.log, (signal) =>
      resolveQuickFix(context, action, signal),
    ),
  );
}

/** The quick fix with its edit and the hashes of the texts it applies to. @throws PairLensError if a caption has changed. */
async function resolveQuickFix(
  context: ServerContext,
  action: CodeAction,
  signal: AbortSignal,
): Promise<CodeAction> {
  const fix = fixSchema.safeParse(action.data);
  if (!fix.success) return action;
  const wire = await editOf(context, fix.data, signal);
  const edit = lspEdit(context, wire, !isSaid(newCaptions(fix.data)));
  return { ...action, ...(edit && { edit }), data: factsOf(wire) };
}

/** Messages, created files, and hashes of the texts of files that exist already. */
function factsOf({ label, done, create, documents }: WireEdit): z.infer<typeof fixTextsSchema> {
  const texts = documents
    .filter(({ uri }) => !create.includes(uri))
    .map(({ uri, textHash }) => ({ uri, textHash }));
  return { label, done, create, texts };
}

/** The captions that the fix writes. */
function newCaptions(fix: FixRequest): readonly string[] {
  return fix.kind === 'swap' || fix.kind === 'move' ? fix.was : [fix.params.caption];
}

/** Whether a title shows the captions in full; otherwise the edit needs a preview. */
function isSaid(captions: readonly string[]): boolean {
  return captions.every((caption) => titleCaption(caption) === caption.trim());
}

async function editOf(
  context: ServerContext,
  fix: FixRequest,
  signal: AbortSignal,
): Promise<WireEdit> {
  const wire = new ProtocolConverter(context.uris);
  if (fix.kind === 'create') {
    const file = context.uris.toPath(fix.params.imageUri) ?? '';
    return createCaptionEdit(context, file, fix.params.caption, signal);
  }
  const refs = refsOf(fix);
  const ids = refs.flatMap((ref) => wire.id(ref) ?? []);
  for (const id of ids) await upToDate(context, id, signal);
  ids.forEach((id, i) => {
    if (context.live.pair(id)?.caption !== fix.was[i]) throw noSuchPair(id);
  });
  const [pair, other] = ids;
  if (pair !== undefined && fix.kind === 'caption') {
    return captionEdit(context, pair, fix.params.caption, signal);
  }
  if (fix.kind === 'move') {
    // Every pair takes and gives one caption.
    const moves = fix.params.moves.flatMap((move) => {
      const [to, from] = [wire.id(move.to), wire.id(move.from)];
      return to === undefined || from === undefined ? [] : [{ to, from }];
    });
    return moveEdit(context, moves, signal);
  }
  if (pair !== undefined && other !== undefined) return swapEdit(context, pair, other, signal);
  throw new PairLensError(
    'invalid-argument',
    sentence("{0} is not on this machine's disk.", refs[0]?.root ?? ''),
    {
      remedy: sentence('Give a file: URI.'),
    },
  );
}

/** The pairs whose captions must still be those that the fix was offered for. */
function refsOf(fix: Exclude<FixRequest, { kind: 'create' }>): PairRef[] {
  switch (fix.kind) {
    case 'caption':
      return [fix.params.pair];
    case 'swap':
      return [fix.params.pair, fix.params.other];
    case 'move':
      return fix.params.moves.map(({ to }) => to);
  }
}

async function codeActions(
  context: ServerContext,
  { textDocument: { uri }, range, context: { diagnostics, only } }: CodeActionParams,
  signal: AbortSignal,
): Promise<CodeAction[]> {
  if (only?.every((kind) => !isWithin(CodeActionKind.QuickFix, kind)) === true) return [];
  const file = context.uris.toPath(uri);
  if (file === undefined || !isAbout(context.live, file)) return [];
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
        : fileOf(live) === file && isAt(findingRanges(live), range),
    );
  const actions: CodeAction[] = [];
  for (const live of concerned) {
    const diagnostic = named.get(live.id);
    for (const action of await actionsFor(context, live, signal)) {
      actions.push({ ...action, ...(diagnostic && { diagnostics: [diagnostic] }) });
    }
  }
  for (const pair of context.live.pairsInFile(file, linesOf(range))) {
    if (pair.decision !== undefined && overlaps(rangeOf(pair), range)) {
      actions.push(takeBackAction(context, pair, pair.decision));
    }
  }
  return onePreferred(actions);
}

function linesOf({ start, end }: Range): Lines {
  return { first: start.line, last: end.line };
}

/** Quick fix that removes the decision on the caption under the cursor. */
function takeBackAction(context: ServerContext, pair: LivePair, decided: Decision): CodeAction {
  const title =
    decided === 'verified'
      ? l10n.t('Take back that it is verified')
      : l10n.t('Take back that it is ignored');
  const argument = { pair: new ProtocolConverter(context.uris).ref(pair), decision: 'none' };
  const command = Command.create(title, SERVER_COMMANDS.decide, argument);
  return { title, kind: CodeActionKind.QuickFix, command };
}

/** Whether a file belongs to a dataset, or is a caption file without image that a finding is about. */
function isAbout(live: LiveWorkspace, file: string): boolean {
  return (
    live.kindOf(file) !== undefined || live.findings().some((finding) => fileOf(finding) === file)
  );
}

async function actionsFor(
  context: ServerContext,
  live: LiveFinding,
  signal: AbortSignal,
): Promise<CodeAction[]> {
  const edits: CodeAction[] = [];
  const verdicts: CodeAction[] = [];
  const fixes = new ProtocolConverter(context.uris).fixes(live);
  for (const fix of fixes) {
    const actions = await actionsOf(context, live, fix, signal);
    (VERDICTS.includes(fix.kind) ? verdicts : edits).push(...actions);
  }
  // Where the caption file cannot be created, the review cannot either: something else has its name.
  const isRefused = edits.length === 0 && fixes.some(({ kind }) => kind === 'create-caption');
  const reviewed = context.client.richHovers && isShown(live) && !isRefused;
  return [
    ...settleActions(context, live),
    ...edits,
    ...(reviewed ? [reviewAction(live)] : []),
    ...verdicts,
  ];
}

/** Whether the review shows the pair of the finding, or can create its caption. */
function isShown(live: LiveFinding): boolean {
  return (
    live.pair !== undefined || (lacksCaption(live.finding) && readOnlyBecause(live) === undefined)
  );
}

/** Quick fix that opens the review at a finding. */
function reviewAction(live: LiveFinding): CodeAction {
  const title =
    live.pair === undefined
      ? l10n.t('Write the caption beside its picture')
      : l10n.t('Show the picture and all fixes');
  const command = Command.create(title, CLIENT_COMMANDS.reviewFinding.command, { id: live.id });
  return { title, kind: CodeActionKind.QuickFix, command };
}

async function actionsOf(
  context: ServerContext,
  live: LiveFinding,
  fix: FixItem,
  signal: AbortSignal,
): Promise<CodeAction[]> {
  const { pair } = live;
  const uri = context.uris.toUri(fileOf(live));
  if (fix.kind === 'create-caption') return createActions(context, live, fix, signal);
  if (pair === undefined) return fileActions(context, uri, fix);
  const wire = new ProtocolConverter(context.uris);
  switch (fix.kind) {
    case 'replace-caption': {
      if (fix.caption === undefined || (fix.match ?? 1) < LEAST_POSSIBLE) return [];
      const params = { pair: wire.ref(pair), caption: fix.caption };
      const request = { kind: 'caption', params, was: [pair.caption] } as const;
      const title =
        fix.match === undefined
          ? fix.title
          : l10n.t('{0} (match {1})', fix.title, shownScore(fix.match));
      return quickFix(context, title, request, true, signal);
    }
    case 'swap-captions': {
      const id = fix.other === undefined ? undefined : wire.id(fix.other);
      const other = id && context.live.pair(id);
      if (other === undefined) return [];
      const params = { pair: wire.ref(pair), other: wire.ref(other) };
      const request = { kind: 'swap', params, was: [pair.caption, other.caption] } as const;
      const title = isSaid([other.caption])
        ? l10n.t('{0} (“{1}”)', fix.title, titleCaption(other.caption))
        : fix.title;
      return quickFix(context, title, request, true, signal);
    }
    case 'move-captions': {
      const { moves = [] } = fix;
      const pairs = moves.map(({ to }) => {
        const id = wire.id(to);
        return id && context.live.pair(id);
      });
      if (pairs.length === 0 || pairs.includes(undefined)) return [];
      const was = pairs.map((moved) => moved?.caption ?? '');
      const request = { kind: 'move', params: { moves }, was } as const;
      return quickFix(context, fix.title, request, true, signal);
    }
    case 'mark-verified':
    case 'exclude-pair': {
      const decision = fix.kind === 'mark-verified' ? 'verified' : 'excluded';
      const argument = { pair: wire.ref(pair), decision };
      const command = Command.create(fix.title, SERVER_COMMANDS.decide, argument);
      return [{ title: fix.title, kind: CodeActionKind.QuickFix, command }];
    }
    case 'save-as-utf8':
    case 'rename-caption-file':
    case 'separate-images':
      return fileActions(context, uri, fix);
  }
}

/** Actions that create the missing caption: one for each matching caption of the dataset, and an empty one. */
async function createActions(
  context: ServerContext,
  { root, finding }: LiveFinding,
  fix: FixItem,
  signal: AbortSignal,
): Promise<CodeAction[]> {
  const image = finding.image ?? finding.file;
  const imageUri = context.uris.toUri(toAbsolute(root, image));
  const createWith = (caption: string) =>
    ({ kind: 'create', params: { imageUri, caption } }) as const;
  const found = await context.live.neighbours(
    { root, image, captionIndex: 0 },
    SUGGESTIONS,
    signal,
  );
  const suggestions = (found?.captions ?? []).filter(
    ({ score, homeless }) => homeless === true && score >= LEAST_POSSIBLE,
  );
  const actions: CodeAction[] = [];
  for (const { pair, score } of suggestions) {
    const title = l10n.t('{0} (match {1})', useCaptionTitle(pair.caption), shownScore(score));
    actions.push(...(await quickFix(context, title, createWith(pair.caption), true, signal)));
  }
  actions.push(...(await quickFix(context, fix.title, createWith(''), false, signal)));
  return actions;
}

/**
 * The quick fix, or nothing where its edit cannot be computed: the error is logged and the other fixes are still
 * offered. Clients that support resolving get the edit later.
 * @throws PairLensError `cancelled`.
 */
async function quickFix(
  context: ServerContext,
  title: string,
  request: FixRequest,
  isPreferred: boolean,
  signal: AbortSignal,
): Promise<CodeAction[]> {
  try {
    const wire = await editOf(context, request, signal);
    const edit = lspEdit(context, wire, !isSaid(newCaptions(request)));
    if (edit === undefined) return [];
    const made = context.client.resolvesEdits ? { data: request } : { edit };
    return [{ title, kind: CodeActionKind.QuickFix, isPreferred, ...made }];
  } catch (error) {
    if (PairLensError.is(error, 'cancelled')) throw error;
    context.log.info(`${title}: ${PairLensError.from(error).message}`);
    return [];
  }
}

/** Keeps one preferred action: an editor's auto-fix applies it without asking. */
function onePreferred(actions: readonly CodeAction[]): CodeAction[] {
  const best = actions.find(({ isPreferred }) => isPreferred === true);
  return actions.map((action) => (action === best ? action : { ...action, isPreferred: false }));
}

function isWithin(kind: CodeActionKind, asked: CodeActionKind): boolean {
  return asked === '' || kind === asked || kind.startsWith(`${asked}.`);
}

/** Whether one of the ranges of a finding overlaps; a finding without any is about the whole file. */
function isAt(ranges: readonly Range[], range: Range): boolean {
  return ranges.length === 0 || ranges.some((each) => overlaps(each, range));
}

function overlaps(a: Range, b: Range): boolean {
  return !(isBefore(a.end, b.start) || isBefore(b.end, a.start));
}

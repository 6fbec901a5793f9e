import * as l10n from '@vscode/l10n';
import { InlayHint, MarkupKind, type InlayHintParams } from 'vscode-languageserver/node';
import { pushTo } from '../../core/collections.ts';
import type { CaptionTokens, LiveFinding, LivePair } from '../../engine/workspace/workspace.ts';
import { answer } from '../requestHandler.ts';
import { pairKey } from '../../protocol/pairKey.ts';
import type { ServerContext } from '../context.ts';
import { markdownText, plainText } from '../markdown.ts';
import { matchText } from './scores.ts';
import { isBefore } from '../resolveTarget.ts';
import { placeName, rangeOf } from '../toProtocol.ts';
import { localize } from '../localize.ts';

const SENTENCE_CHARACTERS = 300;

/** Inlay hints: the score at the end of each caption, and its tokens if the trainer is known. */
export function registerInlayHints(context: ServerContext): void {
  context.connection.languages.inlayHint.on((params, token) =>
    answer('textDocument/inlayHint', token, context.log, (signal) =>
      inlayHints(context, params, signal),
    ),
  );
}

/** Sends `workspace/inlayHint/refresh`. */
export function refreshInlayHints({ client, connection, log }: ServerContext): void {
  if (!client.inlayRefresh) return;
  connection.languages.inlayHint
    .refresh()
    .catch((error: unknown) => log.debug(`workspace/inlayHint/refresh: ${String(error)}`));
}

async function inlayHints(
  context: ServerContext,
  { textDocument: { uri }, range }: InlayHintParams,
  signal: AbortSignal,
): Promise<InlayHint[]> {
  const { live, settings, documents, uris } = context;
  const file = uris.toPath(uri);
  if (!settings.enable || !settings.inlayScores || file === undefined) return [];
  if (live.kindOf(file) !== 'captions') return [];
  await documents.whenSynced(file, signal);
  const lines = { first: range.start.line, last: range.end.line };
  const hinted = live
    .pairsInFile(file, lines)
    .filter((pair) => {
      const { end } = rangeOf(pair);
      return !isBefore(end, range.start) && !isBefore(range.end, end);
    })
    .map((pair) => ({ pair, tokens: limited(live.captionTokens(pair)) }))
    .filter(({ pair, tokens }) => pair.match !== undefined || tokens !== undefined);
  if (hinted.length === 0) return [];
  const byPair = new Map<string, LiveFinding[]>();
  for (const finding of live.findings()) {
    const { pair } = finding;
    if (pair?.captionPath !== file) continue;
    pushTo(byPair, pairKey(pair), finding);
  }
  return hinted.map(({ pair, tokens }) =>
    hintOf(context, pair, tokens, byPair.get(pairKey(pair)) ?? []),
  );
}

type LimitedTokens = Required<CaptionTokens>;

/** Tokens whose limit is known: others are no hint. */
function limited(tokens: CaptionTokens | undefined): LimitedTokens | undefined {
  return tokens?.limit && { count: tokens.count, limit: tokens.limit };
}

function hintOf(
  { client }: ServerContext,
  pair: LivePair,
  tokens: LimitedTokens | undefined,
  findings: readonly LiveFinding[],
): InlayHint {
  const swap = findings.find(({ finding }) => finding.code === 'captions-swapped');
  const [other] = swap?.related ?? [];
  const { match } = pair;
  const words = match === undefined ? [] : [matchText(match)];
  if (other !== undefined) words.push(l10n.t('swapped with {0}', placeName(pair, other)));
  if (pair.decision === 'verified') words.push(l10n.t('verified'));
  if (pair.decision === 'excluded') words.push(l10n.t('ignored'));
  // VS Code cuts long hints off at their end.
  if (tokens !== undefined) words.push(l10n.t('{0}/{1} tokens', tokens.count, tokens.limit.most));
  const text = client.markdown ? markdownText : plainText;
  const tooltip = [
    ...(match === undefined
      ? []
      : [l10n.t('How likely it is that this caption describes its image, from 0 to 1.')]),
    ...(tokens === undefined
      ? []
      : [l10n.t('Tokens of CLIP, of which the trainer reads {0}.', tokens.limit.most)]),
    ...findings.flatMap(({ finding }) => [finding.message, ...finding.evidence].map(localize)),
  ].map((line) => text(line, SENTENCE_CHARACTERS));
  return {
    ...InlayHint.create(rangeOf(pair).end, words.join(' · ')),
    paddingLeft: true,
    tooltip: {
      kind: client.markdown ? MarkupKind.Markdown : MarkupKind.PlainText,
      value: tooltip.join(client.markdown ? '\n\n' : '\n'),
    },
  };
}

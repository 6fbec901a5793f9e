import * as l10n from '@vscode/l10n';
import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  type CompletionParams,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { tagKey, tagsIn } from '../../core/text/captionTags.ts';
import { tagsLike } from '../../core/text/tagVocabulary.ts';
import { answer } from '../requestHandler.ts';
import { pairAt } from '../resolveTarget.ts';
import type { ServerContext } from '../context.ts';

/** Tags offered at a time; typing on finds the others. */
const OFFERED = 200;

/** Completion of tags in captions that are lists of tags: those of the dataset, the most frequent first. None in sentences. */
export function registerCompletion(context: ServerContext): void {
  context.connection.onCompletion((params, token) =>
    answer('textDocument/completion', token, context.log, (signal) =>
      completion(context, params, signal),
    ),
  );
}

async function completion(
  context: ServerContext,
  { textDocument: { uri }, position }: CompletionParams,
  signal: AbortSignal,
): Promise<CompletionList | null> {
  const { live, documents, uris, settings } = context;
  const file = uris.toPath(uri);
  if (!settings.enable || file === undefined || live.kindOf(file) !== 'captions') return null;
  await documents.whenSynced(file, signal, true);
  const shown = documents.shown(file);
  const pair = pairAt(live, file, position);
  if (shown === undefined || pair === undefined) return null;
  const { caption, range } = pair;
  const document = TextDocument.create(uri, '', 0, shown.text);
  const cursor = document.offsetAt(position) - range.start;
  // A caption that its file writes with escapes has other places there. Behind its end there may be a comma and a space.
  if (!shown.text.startsWith(caption, range.start)) return null;
  const typed = shown.text.slice(range.start, range.start + Math.max(cursor, caption.length));
  if (cursor < 0 || /[\r\n"]/u.test(typed.slice(caption.length))) return null;
  const vocabulary = await live.tags.of(pair);
  if (vocabulary?.isTagList(caption) !== true) return null;
  const all = tagsIn(caption);
  const inside = all.find(({ start, end }) => start <= cursor && cursor <= end);
  const begin = inside?.start ?? cursor;
  const end = inside?.end ?? cursor;
  const others = new Set(all.filter((tag) => tag !== inside).map(({ text }) => tagKey(text)));
  const found = tagsLike(vocabulary.tags, typed.slice(begin, cursor)).filter(
    ({ tag, captions }) =>
      !others.has(tagKey(tag)) &&
      // What is being typed is in the dataset already, once.
      !(captions === 1 && inside !== undefined && tagKey(tag) === tagKey(inside.text)),
  );
  const replaced = {
    start: document.positionAt(range.start + begin),
    end: document.positionAt(range.start + end),
  };
  const written = typed.slice(begin, cursor);
  const items = found.slice(0, OFFERED).map(({ tag, captions }, rank): CompletionItem => ({
    label: tag,
    kind: CompletionItemKind.Value,
    detail: captions === 1 ? l10n.t('1 caption') : l10n.t('{0} captions', captions),
    sortText: String(rank).padStart(6, '0'),
    // Editors filter by it: `long_hair` is found by `long h`, too.
    filterText: `${written} ${tag}`,
    textEdit: { range: replaced, newText: tag },
  }));
  return { isIncomplete: true, items };
}

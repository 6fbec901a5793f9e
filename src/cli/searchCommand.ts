import { createInterface } from 'node:readline';
import stringWidth from 'string-width';
import { throwIfCancelled } from '../core/cancellation.ts';
import { PairLensError } from '../core/errors.ts';
import { jsonText, shorten, visibleText } from '../core/text/visibleText.ts';
import { exactIndex } from '../core/retrieval/exactIndex.ts';
import { isSearchMatcher } from '../core/retrieval/searchMatchers.ts';
import {
  searchFolder,
  type FolderSearch,
  type FoundCaption,
  type ImageHit,
  type MakeIndex,
} from '../engine/batch/searchFolder.ts';
import { rerankedSearch } from '../engine/batch/rerankedSearch.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { approximateIndex, openWorkspace } from './composeCli.ts';
import { withScoring } from './composeScorers.ts';

/** Set size from which building an approximate index is worth its time, for many queries. */
const LARGE = 20_000;

export interface SearchCommandOptions {
  readonly image?: string | undefined;
  readonly json?: true | undefined;
  readonly top: number;
  readonly matcher: string;
  readonly rerank: number;
}

/** `pairlens search`: images for a text, or captions for an image; `-` reads one text per line from standard input. */
export async function searchCommand(
  folder: string,
  text: string | undefined,
  options: SearchCommandOptions,
  context: CommandContext,
): Promise<number> {
  if ((text === undefined) === (options.image === undefined)) {
    throw new PairLensError('invalid-argument', 'Give either a text or --image FILE to look for.', {
      remedy: 'For example: pairlens search DIR "a dog in the snow"',
    });
  }
  const root = await existingFolder(folder);
  const many = text === '-';
  const { matcher, rerank } = options;
  const ranking = isSearchMatcher(matcher) ? matcher : undefined;
  const scorer = ranking === undefined ? matcher : undefined;
  return withScoring(scorer, rerank, context.globals.threads, async (scoring) => {
    const workspace = await openWorkspace(context, root);
    try {
      // For a single query, exact search is faster than building an index.
      const makeIndex: MakeIndex = (items) =>
        many && items.rows > LARGE
          ? approximateIndex(items, context.terminal.log)
          : Promise.resolve(exactIndex(items));
      const run = runOptions(context);
      const found = await searchFolder(root, workspace, makeIndex, run, ranking);
      const search = scoring === undefined ? found : rerankedSearch(root, found, scoring, run);
      await answer(search, text, options, context);
      return 0;
    } finally {
      await workspace.close();
    }
  });
}

async function answer(
  search: FolderSearch,
  text: string | undefined,
  options: SearchCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { image, top } = options;
  if (image !== undefined) {
    const results = await search.findCaptions(image, top);
    await print({ image, results }, captionTable(results, context), options, context);
  } else if (text === '-') {
    for await (const line of createInterface({ input: process.stdin })) {
      throwIfCancelled(context.signal);
      if (line.trim() !== '') await findImages(search, line.trim(), options, context);
    }
  } else {
    await findImages(search, text ?? '', options, context);
  }
}

async function findImages(
  search: FolderSearch,
  text: string,
  options: SearchCommandOptions,
  context: CommandContext,
): Promise<void> {
  const results = await search.findImages(text, options.top);
  await print({ text, results }, imageTable(results, context), options, context);
}

type Answer =
  | { readonly text: string; readonly results: readonly ImageHit[] }
  | { readonly image: string; readonly results: readonly FoundCaption[] };

/** Prints the hits; JSON as one object per query and line. */
async function print(
  answer: Answer,
  table: string,
  { json }: SearchCommandOptions,
  { terminal }: CommandContext,
): Promise<void> {
  await terminal.print(json === true ? `${jsonText(answer)}\n` : table);
}

function imageTable(results: readonly ImageHit[], { terminal }: CommandContext): string {
  const { bold, dim } = terminal.colors;
  if (results.length === 0) return 'There is no readable image.\n';
  const lines = results.flatMap(({ image, captions }, i) => [
    `${rank(i)}  ${bold(visibleText(image))}`,
    ...(captions[0] === undefined ? [] : [dim(clipped(captions[0], terminal.width))]),
  ]);
  return `${lines.join('\n')}\n`;
}

function captionTable(results: readonly FoundCaption[], { terminal }: CommandContext): string {
  const { bold, dim } = terminal.colors;
  if (results.length === 0) return 'There is no readable caption.\n';
  const lines = results.flatMap(({ caption, images }, i) => {
    const more = images.length > 1 ? ` and ${images.length - 1} more` : '';
    return [
      `${rank(i)}  ${bold(visibleText(shorten(caption, 300)))}`,
      dim(clipped((images[0] ?? '') + more, terminal.width)),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function rank(index: number): string {
  return String(index + 1).padStart(3);
}

function clipped(text: string, width: number): string {
  let limit = Math.max(20, width - 5);
  let line = visibleText(shorten(text, limit));
  // Wide characters occupy two columns.
  while (stringWidth(line) > width - 5 && limit > 10) {
    limit = Math.floor(limit * 0.8);
    line = visibleText(shorten(text, limit));
  }
  return `     ${line}`;
}

import type { Query, SortOrder } from '../core/query/query.ts';
import { jsonText, shorten, visibleText } from '../core/text/visibleText.ts';
import { auditFolder } from '../engine/batch/auditFolder.ts';
import { type ListedPair, listPairs } from '../engine/batch/listPairs.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { openWorkspace } from './composeCli.ts';
import { number } from './progressLine.ts';
import { queryOf, viewNamed } from './queryOption.ts';

export interface ListCommandOptions {
  readonly json?: true | undefined;
  readonly sort?: SortOrder | undefined;
  readonly limit?: number | undefined;
  readonly view?: string | undefined;
}

const CAPTION_CHARACTERS = 160;

/** `pairlens list`: the pairs that a query selects, one a line. */
export async function listCommand(
  folder: string,
  text: string,
  { json, sort, limit, view }: ListCommandOptions,
  context: CommandContext,
): Promise<number> {
  // Before the audit, which may take hours.
  const given = queryOf(text);
  const root = await existingFolder(folder);
  const asked = view === undefined ? given : await viewNamed(root, view, text);
  const query: Query = { ...asked, sort: sort ?? asked.sort };
  const workspace = await openWorkspace(context, root);
  try {
    const options = {
      version: context.version,
    };
    const { datasets } = await auditFolder(root, workspace, options, runOptions(context));
    const pairs = await listPairs(root, datasets, query, workspace, runOptions(context));
    const shown = pairs.slice(0, limit);
    const line = json === true ? dataLine : (pair: ListedPair) => textLine(pair, context);
    await context.terminal.print(shown.map(line).join(''));
    const rest = pairs.length - shown.length;
    context.terminal.log.info(
      `${number(pairs.length)} ${pairs.length === 1 ? 'pair' : 'pairs'}${rest > 0 ? `, ${number(rest)} of them not printed (--limit)` : ''}`,
    );
    return 0;
  } finally {
    await workspace.close();
  }
}

/** The fields are a public interface. */
function dataLine(pair: ListedPair): string {
  const { image, caption, captionIndex, captionFile, match, rules, decision, ...rest } = pair;
  const { width, height, split, modified } = rest;
  const data = {
    image,
    caption: caption ?? null,
    captionIndex,
    file: captionFile ?? null,
    match: match ?? null,
    findings: rules,
    decision: decision ?? null,
    width: width ?? null,
    height: height ?? null,
    split: split ?? null,
    modified: modified === undefined ? null : new Date(modified).toISOString(),
  };
  return `${jsonText(data)}\n`;
}

function textLine(pair: ListedPair, { terminal }: CommandContext): string {
  const { bold, dim, yellow, green } = terminal.colors;
  const { image, caption, match, rules, decision } = pair;
  const score = match === undefined ? '   -' : match.toFixed(2);
  const words =
    caption === undefined
      ? dim('no caption')
      : `"${visibleText(shorten(caption.trim(), CAPTION_CHARACTERS))}"`;
  const marks = [...rules.map(yellow), ...(decision === undefined ? [] : [green(decision)])];
  const tail = marks.length === 0 ? '' : `  [${marks.join(', ')}]`;
  return `${score}  ${bold(visibleText(image))}  ${words}${tail}\n`;
}

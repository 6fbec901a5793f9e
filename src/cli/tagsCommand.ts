import { PairLensError } from '../core/errors.ts';
import type { CaptionChange } from '../core/text/captionChange.ts';
import { mergedTags, TagVocabulary } from '../core/text/tagVocabulary.ts';
import { jsonText, visibleText } from '../core/text/visibleText.ts';
import { auditFolder } from '../engine/batch/auditFolder.ts';
import { listPairs } from '../engine/batch/listPairs.ts';
import { NotedReads } from '../engine/editing/notedReads.ts';
import { type ChosenDataset, planChange } from '../engine/editing/planChange.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { fixPorts, openWorkspace, readFolder } from './composeCli.ts';
import { number } from './progressLine.ts';
import { queryOf } from './queryOption.ts';
import { afterStoppedRun, counted, readOnlyLines, writeOrPrint } from './runChanges.ts';

export interface TagsCommandOptions {
  readonly json?: true | undefined;
  readonly limit?: number | undefined;
  readonly rename?: readonly string[] | undefined;
  readonly to?: string | undefined;
  readonly add?: readonly string[] | undefined;
  readonly remove?: readonly string[] | undefined;
  readonly first?: readonly string[] | undefined;
  readonly sort?: 'name' | 'count' | undefined;
  readonly write?: true | undefined;
}

/** `pairlens tags`: the tags of a folder with their counts; or one change of them, as a diff or written. */
export async function tagsCommand(
  folder: string,
  query: string,
  options: TagsCommandOptions,
  context: CommandContext,
): Promise<number> {
  const change = changeOf(options);
  if (query !== '') queryOf(query);
  const root = await existingFolder(folder);
  if (change !== undefined) await afterStoppedRun(root, options.write === true, context);
  const reads = new NotedReads(fixPorts.files);
  const datasets = await chosenOf(root, query, reads, context);
  if (change === undefined) return printTags(datasets, options, context);
  const { changes, changed, emptied, readOnly } = await planChange(root, datasets, change, reads);
  const what = counted(changed, 'caption');
  const run = { root, changes, names: [change.kind], what };
  await writeOrPrint(run, options.write === true, context);
  const { log } = context.terminal;
  if (emptied > 0) log.info(`${counted(emptied, 'caption')} would be empty and stay as they are.`);
  for (const line of readOnlyLines(readOnly, 'caption')) log.info(line);
  return 0;
}

/** The one change that the options ask for; undefined without any. @throws PairLensError `invalid-argument`. */
function changeOf(options: TagsCommandOptions): CaptionChange | undefined {
  const { rename, to, add, remove, first, sort, write } = options;
  if ((rename === undefined) !== (to === undefined)) {
    throw new PairLensError('invalid-argument', '--rename and --to go together.', {
      remedy:
        'Give the old tags and the new name: --rename "grey hair" silver_hair --to "gray hair".',
    });
  }
  const changes: CaptionChange[] = [
    ...(rename !== undefined && to !== undefined
      ? [{ kind: 'rename-tags' as const, tags: rename, to }]
      : []),
    ...(add === undefined ? [] : [{ kind: 'add-tags' as const, tags: add }]),
    ...(remove === undefined ? [] : [{ kind: 'remove-tags' as const, tags: remove }]),
    ...(first === undefined ? [] : [{ kind: 'first-tags' as const, tags: first }]),
    ...(sort === undefined ? [] : [{ kind: 'sort-tags' as const, by: sort }]),
  ];
  if (changes.length > 1) {
    throw new PairLensError('invalid-argument', 'One change at a time.', {
      remedy: 'Run pairlens tags once for each.',
    });
  }
  if (write === true && changes.length === 0) {
    throw new PairLensError('invalid-argument', '--write needs a change.', {
      remedy: 'Give --rename and --to, --add, --remove, --first or --sort.',
    });
  }
  return changes[0];
}

/** The pairs that the query selects. Without one the folder is read and not audited. */
async function chosenOf(
  root: string,
  query: string,
  reads: NotedReads,
  context: CommandContext,
): Promise<readonly ChosenDataset[]> {
  if (query.trim() === '') {
    const read = await readFolder(root, context, runOptions(context), reads.files);
    return read.map((each) => ({ ...each, chosen: each.dataset.pairs.keys() }));
  }
  const workspace = await openWorkspace(context, root, { files: reads.files });
  try {
    const { version } = context;
    const { datasets } = await auditFolder(root, workspace, { version }, runOptions(context));
    const asked = queryOf(query);
    const chosen = new Map(datasets.map((dataset) => [dataset, [] as number[]]));
    const run = runOptions(context);
    for (const { dataset, index } of await listPairs(root, datasets, asked, workspace, run)) {
      if (index !== undefined) chosen.get(dataset)?.push(index);
    }
    return [...chosen].map(([{ dataset, settings }, pairs]) => ({
      dataset,
      settings,
      chosen: pairs,
    }));
  } finally {
    await workspace.close();
  }
}

async function printTags(
  datasets: readonly ChosenDataset[],
  { json, limit }: TagsCommandOptions,
  { terminal }: CommandContext,
): Promise<number> {
  const vocabularies = datasets.map(({ dataset, chosen }) =>
    TagVocabulary.of([...chosen].map((p) => dataset.pairs[p]?.caption ?? '')),
  );
  const tags = mergedTags(vocabularies.map((each) => each.tags));
  const shown = tags.slice(0, limit);
  const width = String(shown[0]?.captions ?? 0).length;
  const line = ({ tag, captions }: (typeof tags)[number]): string =>
    json === true
      ? `${jsonText({ tag, captions })}\n`
      : `${String(captions).padStart(width)}  ${visibleText(tag)}\n`;
  await terminal.print(shown.map(line).join(''));
  const rest = tags.length - shown.length;
  terminal.log.info(
    tags.length === 0
      ? 'No tags: these captions are sentences.'
      : `${counted(tags.length, 'tag')}${rest > 0 ? `, ${number(rest)} of them not printed (--limit)` : ''}`,
  );
  return 0;
}

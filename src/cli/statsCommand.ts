import stringWidth from 'string-width';
import type { Bin } from '../core/query/histogram.ts';
import type { PairStatistics, Shortened } from '../core/query/pairStatistics.ts';
import { jsonText, visibleText } from '../core/text/visibleText.ts';
import type { EmbeddedDataset } from '../core/audit/embeddedDataset.ts';
import { measureReliability, type Reliability } from '../engine/audit/measureReliability.ts';
import { auditFolder } from '../engine/batch/auditFolder.ts';
import { folderStatistics } from '../engine/batch/folderStatistics.ts';
import { existingFolder, runOptions, type CommandContext } from './commandContext.ts';
import { openWorkspace } from './composeCli.ts';
import { number } from './progressLine.ts';
import { counted } from './runChanges.ts';
import type { Colors } from './terminal.ts';

const BAR_WIDTH = 30;
/** Entries of each list that are printed; `--json` has more. */
const LISTED = 15;

export interface StatsCommandOptions {
  readonly json?: true | undefined;
  readonly calibration?: true | undefined;
}

/** `pairlens stats`: numbers of pairs by match, finding, folder, length, word and tag. */
export async function statsCommand(
  folder: string,
  { json, calibration }: StatsCommandOptions,
  context: CommandContext,
): Promise<number> {
  const root = await existingFolder(folder);
  const workspace = await openWorkspace(context, root);
  try {
    const { version, terminal } = context;
    const run = runOptions(context);
    const embeddings: EmbeddedDataset[] = [];
    const { datasets } = await auditFolder(
      root,
      workspace,
      {
        version,
        ...(calibration && { onAudited: (embedded: EmbeddedDataset) => embeddings.push(embedded) }),
      },
      run,
    );
    const statistics = folderStatistics(root, datasets, workspace);
    const reliability = calibration
      ? await measureReliability(
          embeddings.map((embedded, d) => ({ embedded, decisions: datasets[d]?.decisions ?? [] })),
          (embedded, levels) => workspace.audit(embedded, { levels }, run),
        )
      : undefined;
    await terminal.print(
      json === true
        ? `${jsonText({ version: 1, root, ...statistics, medianMatch: statistics.medianMatch ?? null, ...(reliability && { calibration: reliability }) }, 2)}\n`
        : statisticsText(statistics, reliability, terminal.colors),
    );
    return 0;
  } finally {
    await workspace.close();
  }
}

interface Row {
  readonly name: string;
  readonly pairs: number;
  /** What is said behind the number. */
  readonly note?: string;
}

function statisticsText(
  statistics: PairStatistics,
  reliability: Reliability | undefined,
  colors: Colors,
): string {
  const { captions, untagged, found, verified, excluded, judged, medianMatch } = statistics;
  const facts = [
    counted(captions, 'caption'),
    ...(untagged > 0 ? [`${counted(untagged, 'image')} without a caption`] : []),
    `${counted(found, 'pair')} with findings`,
    ...(verified > 0 ? [`${number(verified)} verified`] : []),
    ...(excluded > 0 ? [`${number(excluded)} ignored`] : []),
  ];
  const median = medianMatch === undefined ? '' : `, median ${medianMatch.toFixed(2)}`;
  const { match, length, tokens, rules, folders, words, tags } = statistics;
  const blocks = [
    block(`Match (${counted(judged, 'pair')}${median})`, match.map(binRow(2)), colors),
    reliability === undefined ? '' : calibrationBlock(reliability, colors),
    block(
      'Pairs with findings, by rule',
      rules.map(({ code, pairs }) => ({ name: code, pairs })),
      colors,
    ),
    // In a single folder this says nothing new.
    folders.total < 2
      ? ''
      : listBlock(
          'Pairs with findings, by folder',
          folders,
          ({ folder, found: pairs, pairs: all }) => ({
            name: folder,
            pairs,
            note: `of ${number(all)}`,
          }),
          colors,
        ),
    block('Captions by length in characters', length.map(binRow(0)), colors),
    block('Captions by CLIP tokens', tokens.map(binRow(0)), colors),
    listBlock('Captions by word', words, ({ name, pairs }) => ({ name, pairs }), colors),
    listBlock('Captions by tag', tags, ({ name, pairs }) => ({ name, pairs }), colors),
  ];
  return `${[facts.join(', '), ...blocks.filter((each) => each !== '')].join('\n\n')}\n`;
}

/** Shares as bars of their own: the numbers of pairs would hide them. */
function calibrationBlock(reliability: Reliability, colors: Colors): string {
  const title = colors.bold('Calibration');
  if ('why' in reliability) {
    return `${title}\n  It cannot be known here: ${
      reliability.why === 'too-few'
        ? 'there are too few pairs.'
        : 'the captions are too alike to be judged against one another.'
    }`;
  }
  const { bins, pairs, exchanged, unknown } = reliability;
  const lines = bins.map(({ from, to, pairs: count, claimed, right, low, high }) => {
    const said = `claimed ${percent(claimed)}, right ${percent(right)} (${percent(low)} to ${percent(high)})`;
    return `  ${from.toFixed(1)}-${to.toFixed(1)}  ${number(count).padStart(6)}  ${said}`;
  });
  const note = `of ${counted(pairs, 'pair')}, ${number(exchanged)} with a caption exchanged in memory, ${number(unknown)} that look wrong as they are`;
  return [`${title} ${colors.dim(`(${note})`)}`, ...lines].join('\n');
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`.padStart(5);
}

function binRow(digits: number): (bin: Bin) => Row {
  return ({ from, to, pairs }) => {
    // Whole numbers are named by the last one that is in the bin.
    const last = to !== undefined && digits === 0 ? to - 1 : to;
    const end = last === undefined ? (digits === 0 ? undefined : '1.00') : last.toFixed(digits);
    const start = from.toFixed(digits);
    return {
      name: end === undefined ? `${start}+` : end === start ? start : `${start}-${end}`,
      pairs,
    };
  };
}

function listBlock<T>(
  title: string,
  { total, shown }: Shortened<T>,
  rowOf: (item: T) => Row,
  colors: Colors,
): string {
  const rows = shown.slice(0, LISTED).map(rowOf);
  const text = block(title, rows, colors);
  const rest = total - rows.length;
  return rest > 0 ? `${text}\n  ${colors.dim(`and ${number(rest)} more`)}` : text;
}

function block(title: string, rows: readonly Row[], { bold, cyan, dim }: Colors): string {
  if (rows.length === 0) return '';
  const names = rows.map(({ name }) => visibleText(name));
  const nameWidth = Math.max(...names.map((name) => stringWidth(name)));
  const most = Math.max(1, ...rows.map(({ pairs }) => pairs));
  const numberWidth = number(most).length;
  const lines = rows.map(({ pairs, note }, n) => {
    const name = names[n] ?? '';
    const gap = ' '.repeat(nameWidth - stringWidth(name));
    const bar = '#'.repeat(Math.ceil((pairs / most) * BAR_WIDTH));
    const said = note === undefined ? '' : ` ${dim(note)}`;
    return `  ${name}${gap}  ${number(pairs).padStart(numberWidth)}${said}  ${cyan(bar)}`.trimEnd();
  });
  return [bold(title), ...lines].join('\n');
}

import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { groupByCode, type AuditReport, type ReportFinding } from '../core/export/auditReport.ts';
import type { Incomparable } from '../core/audit/comparability.ts';
import { LEVELS_WORST_FIRST } from '../core/audit/rule.ts';
import { WITHOUT_REFERENCE } from '../core/audit/withoutReference.ts';
import { ruleOf } from '../core/audit/rules.ts';
import { percent } from '../core/export/markdownCard.ts';
import { suggestionLabel } from '../core/export/suggestionLabel.ts';
import { shorten, visibleText } from '../core/text/visibleText.ts';
import { inEnglish } from '../core/text/sentence.ts';
import { duration, number } from './progressLine.ts';
import type { Colors } from './terminal.ts';

/** Longer captions are truncated. */
const CAPTION_CHARACTERS = 240;
const SUGGESTIONS = 1;

export interface AuditTextOptions {
  readonly colors: Colors;
  readonly width: number;
  /** Findings shown per rule. */
  readonly max: number;
  readonly seconds: number;
}

/** The text report: findings grouped by rule, the worst first, then a summary. */
export function auditText(report: AuditReport, options: AuditTextOptions): string {
  const blocks: string[] = [];
  for (const [code, findings] of groupByCode(report.findings)) {
    blocks.push(heading(code, findings, options));
    for (const finding of findings.slice(0, options.max)) blocks.push(entry(finding, options));
    const hidden = findings.length - options.max;
    if (hidden > 0) {
      blocks.push(options.colors.dim(`  and ${number(hidden)} more (--max ${findings.length})`));
    }
  }
  blocks.push(summary(report, options));
  return `${blocks.join('\n\n')}\n`;
}

function heading(
  code: ReportFinding['code'],
  findings: readonly ReportFinding[],
  { colors, width }: AuditTextOptions,
): string {
  const level = findings[0]?.level ?? 'info';
  const title = inEnglish(ruleOf(code).title);
  const facts = `${level}  ${code}  ${number(findings.length)}`;
  const gap = width - stringWidth(title) - stringWidth(facts);
  const space = gap < 2 ? '\n' : ' '.repeat(gap);
  return colors.bold(wrapAnsi(title, width)) + space + paintLevel(level, colors)(facts);
}

function entry(finding: ReportFinding, options: AuditTextOptions): string {
  const { colors } = options;
  const lines = [subject(finding, options)];
  if (finding.caption !== undefined && finding.caption.trim() !== '') {
    lines.push(colors.italic(indented(quoted(finding.caption), 4, options.width)));
  }
  lines.push(
    indented([finding.message, ...finding.evidence].map(visibleText).join(' '), 4, options.width),
  );
  const advice = [
    ...finding.suggestions
      .slice(0, SUGGESTIONS)
      .map((text, n) => `${suggestionLabel(finding.suggestionMatches[n])}: ${quoted(text)}`),
    ...(finding.remedy === undefined ? [] : [visibleText(finding.remedy)]),
  ].join(' ');
  if (advice !== '') lines.push(colors.cyan(indented(`-> ${advice}`, 4, options.width, 7)));
  return lines.join('\n');
}

/** The image, and right-aligned the caption's location as `file:line:column`, which terminals make clickable. */
function subject(finding: ReportFinding, { colors, width }: AuditTextOptions): string {
  const { region } = finding;
  const at = region === undefined ? '' : `:${region.startLine}:${region.startColumn}`;
  // In a JSON file of one line, the column is all that tells one finding from the next.
  const within = at === ':1:1' ? '' : at;
  const name = visibleText(finding.image ?? finding.file + within);
  const place =
    finding.image === undefined || finding.image === finding.file
      ? ''
      : visibleText(finding.file) + at;
  const gap = width - 2 - stringWidth(name) - stringWidth(place);
  const space = gap < 2 ? '\n  ' : ' '.repeat(gap);
  return place === ''
    ? `  ${colors.bold(name)}`
    : `  ${colors.bold(name)}${space}${colors.dim(place)}`;
}

function quoted(caption: string): string {
  return `"${visibleText(shorten(caption.trim(), CAPTION_CHARACTERS))}"`;
}

function indented(text: string, indent: number, width: number, hanging = indent): string {
  const lines = wrapAnsi(text, Math.max(20, width - hanging), { hard: true }).split('\n');
  return lines.map((line, i) => ' '.repeat(i === 0 ? indent : hanging) + line).join('\n');
}

function paintLevel(level: ReportFinding['level'], colors: Colors): (text: string) => string {
  return { error: colors.red, warning: colors.yellow, info: colors.blue, hint: colors.dim }[level];
}

function counted(count: number, one: string): string {
  return `${number(count)} ${one}${count === 1 ? '' : 's'}`;
}

function between(range: { readonly low: number; readonly high: number } | undefined): string {
  return range === undefined ? '' : ` (${percent(range.low)} to ${percent(range.high)})`;
}

function summary(report: AuditReport, { colors, seconds, width }: AuditTextOptions): string {
  const { pairs, images, levels, estimate, decided } = report.summary;
  const formats = [...new Set(report.datasets.flatMap((dataset) => dataset.formats))].join(', ');
  const sets = report.datasets.length > 1 ? ` in ${report.datasets.length} datasets` : '';
  const lines = [
    `${counted(pairs, 'pair')}, ${counted(images, 'image')}${sets} (${formats}), ${duration(seconds)}`,
  ];
  // Of too few pairs the share is only that of datasets in general.
  if (estimate !== undefined && estimate.incomparable !== 'too-few') {
    const precision =
      estimate.precision === undefined
        ? ''
        : `; of those reported as caption-mismatch about ${percent(estimate.precision)} are`;
    lines.push(
      `Estimated share of wrong captions: ${percent(estimate.wrongShare)}${between(estimate.range)}${precision}.`,
    );
  }
  for (const { folder, estimate: own, leastFitting = [] } of report.datasets) {
    if (own?.incomparable === undefined) continue;
    const where =
      report.datasets.length > 1 ? `${folder === '' ? '.' : visibleText(folder)}: ` : '';
    lines.push(
      `${where}${INCOMPARABLE[own.incomparable]}${leastFitting.length === 0 ? '' : ' Those that fit least, right or wrong:'}`,
      ...leastFitting.map(({ image, caption }) => `  ${visibleText(image)}: ${quoted(caption)}`),
    );
  }
  const notJudged = report.datasets.flatMap((dataset) => dataset.notJudged ?? []);
  if (notJudged.length > 0) {
    const parts = notJudged.map(({ what, count }) => `${number(count)} ${visibleText(what)}`);
    lines.push(`Not judged: ${parts.join(', ')}.`);
  }
  if (report.withoutReference === true) {
    lines.push(`Encoder ${visibleText(report.model)}: ${inEnglish(WITHOUT_REFERENCE)}`);
  }
  if (decided !== undefined) {
    lines.push(
      `By your decisions ${counted(decided.verified, 'pair')} verified, ${counted(decided.excluded, 'pair')} ignored.`,
    );
  }
  const found = LEVELS_WORST_FIRST.filter((level) => levels[level] > 0).map((level) =>
    paintLevel(
      level,
      colors,
    )(level === 'info' ? `${number(levels.info)} info` : counted(levels[level], level)),
  );
  lines.push(
    found.length === 0 ? foundNothing(report, colors) : `${found.join(', ')}: ${codesOf(report)}`,
  );
  const rule = colors.dim('-'.repeat(Math.min(width, 80)));
  return [rule, ...lines.map((line) => wrapAnsi(line, width))].join('\n');
}

const INCOMPARABLE: Readonly<Record<Incomparable, string>> = {
  'too-alike': 'These captions are too alike to be judged against one another.',
  'too-few': 'There are too few pairs here to compare the captions with one another.',
};

/** Where captions could not be judged, that nothing was found says little. */
function foundNothing({ datasets }: AuditReport, colors: AuditTextOptions['colors']): string {
  return datasets.some(({ estimate }) => estimate?.incomparable !== undefined)
    ? 'Nothing is reported.'
    : colors.green('Nothing was found.');
}

function codesOf(report: AuditReport): string {
  return [...groupByCode(report.findings)]
    .map(([code, findings]) => `${code} ${number(findings.length)}`)
    .join(', ');
}

import {
  groupByCode,
  type AuditReport,
  type MismatchEstimate,
  type Quantiles,
  type ReportFinding,
} from './auditReport.ts';
import { ruleOf } from '../audit/rules.ts';
import { suggestionLabel } from './suggestionLabel.ts';
import { inEnglish } from '../text/sentence.ts';
import { shorten, visibleText } from '../text/visibleText.ts';

/** Escapes text of the dataset for Markdown, so that it has no formatting or links and does not break table cells. */
export function escapeMarkdown(text: string): string {
  return (
    visibleText(text)
      .replace(/[\\`*_{}[\]()#+|~!$@]|:(?=\/)/g, '\\$&')
      // Bare addresses, which GitHub makes links.
      .replace(/\bwww\./gi, 'www\\.')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
  );
}

export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 1) return 'less than 1 %';
  return `${Math.round(value)} %`;
}

/** The estimated share with its interval: "13 % (90 % interval: 9 % to 18 %)". */
export function shareText({ wrongShare, range }: MismatchEstimate): string {
  const share = percent(wrongShare);
  return range === undefined
    ? share
    : `${share} (90 % interval: ${percent(range.low)} to ${percent(range.high)})`;
}

/** "9, mostly 5 to 14": the median, and the range that holds nine in ten. */
function quantilesText({ low, median, high }: Quantiles): string {
  return `${median}, mostly ${low} to ${high}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function findingRow(finding: ReportFinding): string[] {
  return [
    escapeMarkdown(finding.image ?? finding.file),
    finding.caption === undefined ? '' : escapeMarkdown(shorten(finding.caption, 160)),
    [finding.message, ...finding.evidence].map(escapeMarkdown).join('<br>'),
    [
      ...(finding.remedy === undefined ? [] : [finding.remedy]),
      ...finding.suggestions
        .slice(0, 1)
        .map(
          (caption, n) =>
            `${suggestionLabel(finding.suggestionMatches[n])}: "${shorten(caption, 120)}"`,
        ),
    ]
      .map(escapeMarkdown)
      .join('<br>'),
  ];
}

function facts(report: AuditReport): string {
  const { summary } = report;
  const formats = [...new Set(report.datasets.flatMap((dataset) => dataset.formats))].sort();
  const { estimate } = summary;
  const [only, ...others] = report.datasets;
  return table(
    ['', ''],
    [
      ['Pairs', String(summary.pairs)],
      ['Images', String(summary.images)],
      ...(summary.decided === undefined
        ? []
        : [
            ['Pairs verified by hand', String(summary.decided.verified)],
            ['Pairs ignored by hand', String(summary.decided.excluded)],
          ]),
      ['Caption formats', formats.map(escapeMarkdown).join(', ')],
      ...(only?.captionWords === undefined || others.length > 0
        ? []
        : [['Words in a caption', quantilesText(only.captionWords)]]),
      ...(estimate === undefined ? [] : [['Captions estimated to be wrong', shareText(estimate)]]),
      ...(estimate?.precision === undefined
        ? []
        : [['Expected precision of `caption-mismatch`', percent(estimate.precision)]]),
      ...(estimate?.recall === undefined
        ? []
        : [['Expected recall of `caption-mismatch`', percent(estimate.recall)]]),
      ['Checked with', `PairLens ${report.tool.version}, encoder ${escapeMarkdown(report.model)}`],
    ],
  );
}

/**
 * A data card in GitHub-flavoured Markdown: facts, findings by rule, and the worst of each rule.
 *
 * @param title heading, e.g. the folder's name
 * @param max findings listed per rule; the others are counted
 */
export function markdownCard(report: AuditReport, title: string, max: number): string {
  const groups = [...groupByCode(report.findings)];
  const parts = [`# Image-caption audit of ${escapeMarkdown(title)}`, facts(report)];
  if (report.datasets.length > 1) {
    parts.push(
      '## Datasets',
      table(
        ['folder', 'formats', 'pairs', 'images', 'words in a caption', 'estimated wrong'],
        report.datasets.map(({ folder, formats, pairs, images, captionWords, estimate }) => [
          escapeMarkdown(folder === '' ? '.' : folder),
          formats.map(escapeMarkdown).join(', '),
          String(pairs),
          String(images),
          captionWords === undefined ? '' : quantilesText(captionWords),
          estimate === undefined ? 'not judged' : shareText(estimate),
        ]),
      ),
    );
  }
  if (groups.length === 0)
    return [...parts, 'Nothing was found.', ''].join('\n\n').trimEnd() + '\n';
  parts.push(
    '## Findings',
    table(
      ['code', 'level', 'found', 'meaning'],
      groups.map(([code, findings]) => [
        `\`${code}\``,
        findings[0]?.level ?? '',
        String(findings.length),
        inEnglish(ruleOf(code).meaning),
      ]),
    ),
  );
  for (const [code, findings] of groups) {
    parts.push(
      `### ${inEnglish(ruleOf(code).title)}`,
      table(
        ['file', 'caption', 'why', 'what to do'],
        findings.slice(0, max).map((finding) => findingRow(finding)),
      ),
    );
    if (findings.length > max) parts.push(`and ${findings.length - max} more`);
  }
  return `${parts.join('\n\n')}\n`;
}

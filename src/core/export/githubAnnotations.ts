import { groupByCode, type AuditReport, type ReportFinding } from './auditReport.ts';
import { shorten, visibleLines, visibleText } from '../text/visibleText.ts';

const COMMAND = { error: 'error', warning: 'warning', info: 'notice', hint: 'notice' } as const;

function escapeData(text: string): string {
  return visibleLines(text).replaceAll('%', '%25').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(visibleText(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function annotation(finding: ReportFinding, prefix: string): string {
  const { region } = finding;
  const properties = {
    file: prefix + finding.file,
    ...(region && { line: region.startLine, col: region.startColumn }),
    ...(region?.endColumn !== undefined && {
      endLine: region.startLine,
      endColumn: region.endColumn,
    }),
    title: `pairlens: ${finding.code}`,
  };
  const head = Object.entries(properties)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
    .join(',');
  const lines = [
    finding.message,
    ...(finding.caption === undefined
      ? []
      : [`Caption: ${visibleText(shorten(finding.caption, 200))}`]),
    ...finding.evidence.map((reason) => `Why: ${reason}`),
    ...(finding.remedy === undefined ? [] : [`What to do: ${finding.remedy}`]),
  ];
  return `::${COMMAND[finding.level]} ${head}::${escapeData(lines.join('\n'))}`;
}

/**
 * GitHub workflow commands, one line per finding, which the runner reads from a step's standard output.
 *
 * @param prefix the audited folder relative to the repository, ending in `/`; empty for the repository itself
 * @param max findings listed per rule; the number of the others is in a notice
 */
export function githubAnnotations(report: AuditReport, prefix: string, max: number): string {
  const lines: string[] = [];
  for (const [code, findings] of groupByCode(report.findings)) {
    for (const finding of findings.slice(0, max)) lines.push(annotation(finding, prefix));
    if (findings.length > max) {
      lines.push(
        `::notice title=${escapeProperty(`pairlens: ${code}`)}::and ${findings.length - max} more (--max)`,
      );
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

import { z } from 'zod';
import { PairLensError } from '../errors.ts';
import { sentence } from '../text/sentence.ts';
import type { AuditReport, ReportFinding } from './auditReport.ts';

/*
 * A baseline holds the findings that are known and accepted, so that only new ones fail an audit.
 */

/** A known finding: the same after lines or caption files moved. */
const entrySchema = z.object({
  code: z.string(),
  /** The image, or the file of a finding without one. */
  image: z.string(),
  /** Hash of the caption, or of the message without positions. */
  caption: z.string(),
  /** Number of such findings; absent for one. */
  count: z.int().min(1).optional(),
});
const baselineSchema = z.object({ version: z.literal(1), findings: z.array(entrySchema) });

type Entry = z.infer<typeof entrySchema>;
type Hash = (text: string) => string;

/** Hexadecimal digits of a hash that are kept. */
const HASH_DIGITS = 16;

/**
 * Identity of a finding: rule, image (or file), and caption. Findings without a caption are told apart by their message,
 * without the lines and columns in it and without its numbers, which change with the rest of the dataset.
 */
function entryOf({ code, image, file, caption, message }: ReportFinding, hash: Hash): Entry {
  const text = caption ?? message.replace(/\d+/g, '0');
  return { code, image: image ?? file, caption: hash(text).slice(0, HASH_DIGITS) };
}

function keyOf({ code, image, caption }: Entry): string {
  return [code, image, caption].join('\0');
}

/** The content of a baseline file with all findings of a report, sorted, so that changes of it are easy to read. */
export function baselineText(report: AuditReport, hash: Hash): string {
  const entries = new Map<string, Entry>();
  for (const finding of report.findings) {
    const entry = entryOf(finding, hash);
    const known = entries.get(keyOf(entry));
    entries.set(keyOf(entry), { ...entry, count: (known?.count ?? 0) + 1 });
  }
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = sorted.map(([, { count = 1, ...entry }]) =>
    JSON.stringify(count === 1 ? entry : { ...entry, count }),
  );
  return `{"version":1,"findings":[\n${lines.join(',\n')}\n]}\n`;
}

/** The findings of a report that a baseline does not hold: of several alike, those beyond its count. */
export function newFindings(
  report: AuditReport,
  baseline: readonly Entry[],
  hash: Hash,
): readonly ReportFinding[] {
  const left = new Map<string, number>();
  for (const entry of baseline) {
    left.set(keyOf(entry), (left.get(keyOf(entry)) ?? 0) + (entry.count ?? 1));
  }
  return report.findings.filter((finding) => {
    const key = keyOf(entryOf(finding, hash));
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    return count === 0;
  });
}

/** Parses a baseline file. @throws PairLensError `invalid-argument`. */
export function parseBaseline(text: string, file: string): readonly Entry[] {
  try {
    return baselineSchema.parse(JSON.parse(text)).findings;
  } catch (error) {
    throw new PairLensError('invalid-argument', sentence('{0} is no baseline.', file), {
      path: file,
      cause: error,
      remedy: sentence('Write one with `pairlens audit DIR --write-baseline {0}`.', file),
    });
  }
}

/** The report with only some of its findings. */
export function withFindings(report: AuditReport, findings: readonly ReportFinding[]): AuditReport {
  const levels = { error: 0, warning: 0, info: 0, hint: 0 };
  const codes: Record<string, number> = {};
  for (const { level, code } of findings) {
    levels[level] += 1;
    codes[code] = (codes[code] ?? 0) + 1;
  }
  return { ...report, findings, summary: { ...report.summary, findings: codes, levels } };
}

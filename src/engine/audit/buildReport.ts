import { LEAST_POSSIBLE } from '../../core/candidateLevels.ts';
import { LEVELS_WORST_FIRST } from '../../core/audit/rule.ts';
import { changesCaptions, type Finding, type Fix } from '../../core/audit/finding.ts';
import { type CaptionPart, placeOfPart } from '../../core/dataset/captionPart.ts';
import type { Dataset, Pair } from '../../core/dataset/dataset.ts';
import {
  readOnlyFinding,
  type ReadOnlyReason,
  readOnlyReason,
  readOnlyRemedy,
} from '../../core/dataset/readOnly.ts';
import { resolveWithin } from '../../core/dataset/paths.ts';
import type { Decision } from '../../core/dataset/decisions.ts';
import {
  type AuditReport,
  type DecidedPairs,
  type MismatchEstimate,
  type Quantiles,
  type RelatedPair,
  type ReportDataset,
  type ReportFinding,
  type ReportRegion,
} from '../../core/export/auditReport.ts';
import {
  inEnglish,
  type Sentence,
  sentence,
  type SentenceValue,
} from '../../core/text/sentence.ts';
import type { AuditedDataset, DatasetAudit } from './datasetAudit.ts';

interface ReportFacts {
  readonly version: string;
  readonly model: string;
  /** Whether the encoder has reference pairs. */
  readonly hasReference: boolean;
  readonly hash: (text: string) => string;
}

/** Joins the audits of the datasets below `root` into one report with paths relative to `root`. */
export function auditReport(
  root: string,
  audited: readonly AuditedDataset[],
  facts: ReportFacts,
): AuditReport {
  const findings = audited.flatMap(({ dataset, audit }) => {
    const prefix = folderPrefix(root, dataset.root);
    return audit.findings.map((finding) => reportFinding(finding, dataset, prefix, facts.hash));
  });
  const sorted = findings.sort(worstFirst);
  const datasets = audited.map(({ dataset, audit, decisions }) => ({
    folder: folderPrefix(root, dataset.root).replace(/\/$/, ''),
    formats: dataset.formats,
    pairs: dataset.pairs.length,
    images: dataset.images.length,
    ...captionWords(dataset.pairs),
    ...(audit.estimate && { estimate: audit.estimate }),
    ...(audit.leastFitting && {
      leastFitting: relatedPairs(audit.leastFitting, dataset, folderPrefix(root, dataset.root)),
    }),
    ...decidedPairs(decisions),
    ...notJudged(dataset, audit),
  }));
  const estimate = pooledEstimate(audited);
  const levels = { error: 0, warning: 0, info: 0, hint: 0 };
  const codes: Partial<Record<Finding['code'], number>> = {};
  for (const { level, code } of sorted) {
    levels[level] += 1;
    codes[code] = (codes[code] ?? 0) + 1;
  }
  return {
    version: 1,
    tool: { name: 'pairlens', version: facts.version },
    model: facts.model,
    ...(!facts.hasReference && { withoutReference: true }),
    root,
    summary: {
      pairs: datasets.reduce((sum, { pairs }) => sum + pairs, 0),
      images: datasets.reduce((sum, { images }) => sum + images, 0),
      findings: codes,
      levels,
      ...(estimate && { estimate }),
      ...decidedPairs(audited.flatMap(({ decisions }) => decisions)),
    },
    datasets,
    findings: sorted,
  };
}

/** What was understood and not judged, in words. */
function notJudged(
  { unjudged = [] }: Dataset,
  { sharedOnly = 0 }: DatasetAudit,
): Pick<ReportDataset, 'notJudged'> {
  const shared = {
    what: sentence('captions that hold only what most of them share'),
    count: sharedOnly,
  };
  const all = sharedOnly > 0 ? [...unjudged, shared] : unjudged;
  if (all.length === 0) return {};
  return { notJudged: all.map(({ what, count }) => ({ what: inEnglish(what), count })) };
}

/** Quantiles of the numbers of words in captions. */
function captionWords(pairs: readonly Pair[]): { readonly captionWords?: Quantiles } {
  const counts = pairs
    .map(({ caption }) => caption.trim().split(/\s+/).length)
    .sort((a, b) => a - b);
  if (counts.length === 0) return {};
  const at = (share: number): number => counts[Math.round(share * (counts.length - 1))] ?? 0;
  return { captionWords: { low: at(0.05), median: at(0.5), high: at(0.95) } };
}

function decidedPairs(decisions: readonly (Decision | undefined)[]): {
  readonly decided?: DecidedPairs;
} {
  const count = (wanted: Decision): number =>
    decisions.filter((decision) => decision === wanted).length;
  const decided = { verified: count('verified'), excluded: count('excluded') };
  return decided.verified + decided.excluded === 0 ? {} : { decided };
}

/** Prefix that makes a dataset's paths relative to `root`: empty, or a path ending in `/`. */
export function folderPrefix(root: string, folder: string): string {
  if (!folder.startsWith(root)) return '';
  const parts = folder
    .slice(root.length)
    .split(/[\\/]/)
    .filter((part) => part !== '');
  return parts.length === 0 ? '' : `${parts.join('/')}/`;
}

function worstFirst(a: ReportFinding, b: ReportFinding): number {
  const byLevel = LEVELS_WORST_FIRST.indexOf(a.level) - LEVELS_WORST_FIRST.indexOf(b.level);
  // Array.prototype.sort is stable: equal findings keep the order of the audit.
  return byLevel === 0 ? b.confidence - a.confidence : byLevel;
}

function reportFinding(
  finding: Finding,
  dataset: Dataset,
  prefix: string,
  hash: ReportFacts['hash'],
): ReportFinding {
  const pair = finding.pair === undefined ? undefined : dataset.pairs[finding.pair];
  const image = finding.image ?? pair?.image;
  const caption = finding.caption ?? pair?.caption;
  const source = finding.source ?? pair?.source;
  const readOnly = readOnlyFinding(finding.file, [
    ...(source === undefined ? [] : [source.file]),
    ...finding.relatedPairs.flatMap((p) => dataset.pairs[p]?.source.file ?? []),
  ]);
  const remedy = remedyIn(finding, readOnly);
  const replacements = finding.fixes.filter(isSuggested);
  const region =
    source?.file === finding.file && readOnlyReason(source.file) !== 'file-name'
      ? regionOf(source.range, caption ?? '', finding.parts?.[0])
      : undefined;
  return {
    code: finding.code,
    level: finding.level,
    file: prefix + finding.file,
    ...(region && { region }),
    ...(image !== undefined && { image: prefix + image }),
    ...(caption !== undefined && { caption }),
    ...(pair && { captionIndex: pair.captionIndex }),
    message: inEnglish(finding.message),
    evidence: finding.evidence.map(inEnglish),
    confidence: finding.confidence,
    ...(remedy !== undefined && { remedy }),
    suggestions: replacements.map(({ caption: text }) => text),
    suggestionMatches: replacements.map(({ match }) => match ?? null),
    relatedPairs: relatedPairs(finding.relatedPairs, dataset, prefix),
    relatedFiles: finding.relatedFiles.map((file) => inReport(prefix, file)),
    fingerprint: fingerprintOf(finding, dataset, prefix, hash),
  };
}

/** Whether a fix is the text of a caption that is worth reading: not one that fits its own image. */
function isSuggested(fix: Fix): fix is Extract<Fix, { readonly kind: 'replace-caption' }> {
  if (fix.kind !== 'replace-caption') return false;
  return fix.match === undefined || (fix.homeless === true && fix.match >= LEAST_POSSIBLE);
}

/** A path of a dataset as the report names it; copies in other datasets are named by way of `..`. */
function inReport(prefix: string, file: string): string {
  return resolveWithin(prefix.replace(/\/$/, ''), file) ?? file;
}

/** The same for the same finding in every run, regardless of its position in the file. */
function fingerprintOf(
  finding: Finding,
  dataset: Dataset,
  prefix: string,
  hash: (text: string) => string,
): string {
  const pair = finding.pair === undefined ? undefined : dataset.pairs[finding.pair];
  const image = finding.image ?? pair?.image ?? '';
  // The message distinguishes two problems of one file. No part depends on the position in the file, or on how many others
  // there are: before the whole audit not all of them are known.
  const what = finding.caption ?? pair?.caption ?? inEnglish(withoutNumbers(finding.message));
  const parts = [finding.code, prefix + finding.file, image, what];
  // A pair may have several hard negatives.
  if (finding.code === 'hard-negative') parts.push(finding.relatedFiles[0] ?? '');
  return hash(parts.join('\0'));
}

function withoutNumbers({ text, values }: Sentence): Sentence {
  const kept = (value: SentenceValue): SentenceValue =>
    typeof value === 'number' ? '' : typeof value === 'string' ? value : withoutNumbers(value);
  return { text, values: values.map(kept) };
}

/** The fingerprints of findings in this order; a later one that is the same has a number. */
export function findingIds(
  findings: readonly Finding[],
  dataset: Dataset,
  prefix: string,
  hash: (text: string) => string,
): string[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const id = fingerprintOf(finding, dataset, prefix, hash);
    const times = seen.get(id) ?? 0;
    seen.set(id, times + 1);
    return times === 0 ? id : `${id}-${times}`;
  });
}

function relatedPairs(
  indices: readonly number[],
  { pairs }: Dataset,
  prefix: string,
): RelatedPair[] {
  return indices.flatMap((index) => {
    const pair = pairs[index];
    return pair === undefined ? [] : [relatedPair(pair, prefix)];
  });
}

function relatedPair(pair: Pair, prefix: string): RelatedPair {
  return {
    image: prefix + pair.image,
    caption: pair.caption,
    file: prefix + pair.source.file,
    region: regionOf(pair.source.range, pair.caption),
  };
}

function regionOf(
  range: Pair['source']['range'],
  caption: string,
  part?: CaptionPart,
): ReportRegion {
  const place = part && placeOfPart(caption, range, part);
  if (place !== undefined) {
    const { start, end } = place;
    return {
      startLine: start.line + 1,
      startColumn: start.column + 1,
      ...(start.line === end.line && { endColumn: end.column + 1 }),
    };
  }
  const startColumn = range.column + 1;
  // Raw characters contain a line end only if the caption does; otherwise they are on one line.
  const oneLine = !/[\r\n]/.test(caption);
  return {
    startLine: range.line + 1,
    startColumn,
    ...(oneLine && { endColumn: startColumn + range.end - range.start }),
  };
}

function remedyIn(finding: Finding, readOnly: ReadOnlyReason | undefined): string | undefined {
  if (finding.remedy !== undefined) return inEnglish(finding.remedy);
  return readOnly !== undefined && changesCaptions(finding)
    ? inEnglish(readOnlyRemedy(readOnly))
    : remedyOf(finding.fixes);
}

function remedyOf(fixes: readonly Fix[]): string | undefined {
  for (const fix of fixes) {
    if (fix.kind === 'swap-captions') return 'Swap the two captions.';
    if (fix.kind === 'move-captions') return 'Give each image the caption that fits it.';
    if (fix.kind === 'create-caption') return `Write a caption into ${fix.file}.`;
  }
  return undefined;
}

/** Mean estimate of several datasets, weighted by their pairs. */
function pooledEstimate(audited: readonly AuditedDataset[]): MismatchEstimate | undefined {
  const judged = audited.flatMap(({ audit }) =>
    audit.estimate === undefined
      ? []
      : [{ estimate: audit.estimate, pairs: audit.pairs.filter((pair) => pair).length }],
  );
  const [only] = judged;
  if (only !== undefined && judged.length === 1) return only.estimate;
  const pairs = judged.reduce((sum, each) => sum + each.pairs, 0);
  if (pairs === 0) return undefined;
  return {
    wrongShare:
      judged.reduce((sum, each) => sum + each.pairs * each.estimate.wrongShare, 0) / pairs,
  };
}

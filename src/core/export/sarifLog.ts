import type { Location, Log, ReportingDescriptor, Result } from 'sarif';
import type { Level, Rule } from '../audit/rule.ts';
import { RULES } from '../audit/rules.ts';
import { inEnglish } from '../text/sentence.ts';
import type { AuditReport, ReportFinding, ReportRegion } from './auditReport.ts';
import { shorten, visibleText } from '../text/visibleText.ts';

const SARIF_LEVEL = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  hint: 'note',
  off: 'none',
} as const satisfies Record<Level, string>;

export interface SarifPlace {
  /** `file:` URI of the base folder of relative paths, ending in `/`. */
  readonly baseUri: string;
  /** The audited folder relative to the base folder, ending in `/`; empty if it is the same. */
  readonly prefix: string;
  /** URI of docs/findings.md, whose anchors are the rules. */
  readonly findingsUri: string;
}

/**
 * Relative URI reference of a path: every part percent-encoded, so that `#`, `?`, `%`, a colon in the first
 * part (which would read as a scheme, RFC 3986 section 4.2) and line ends survive.
 */
export function relativeUri(path: string): string {
  // A lone surrogate (possible in JSON) has no UTF-8 form and would throw.
  const wellFormed = path.replace(/\p{Surrogate}/gu, '\ufffd');
  return wellFormed
    .split('/')
    .map((part) => encodeURIComponent(part))
    .join('/');
}

function pascalCase(code: string): string {
  return code.replace(/(^|-)(.)/g, (_match, _dash, letter: string) => letter.toUpperCase());
}

function descriptor(rule: Rule, findingsUri: string): ReportingDescriptor {
  const { code, level } = rule;
  const meaning = inEnglish(rule.meaning);
  return {
    id: code,
    name: pascalCase(code),
    shortDescription: { text: `${inEnglish(rule.title)}.` },
    fullDescription: { text: meaning },
    helpUri: `${findingsUri}#${code}`,
    help: { text: meaning, markdown: `${meaning} [More](${findingsUri}#${code}).` },
    defaultConfiguration: { level: SARIF_LEVEL[level], enabled: level !== 'off' },
    properties: { tags: ['image-caption', 'dataset'] },
  };
}

function location(path: string, region: ReportRegion | undefined, place: SarifPlace): Location {
  return {
    physicalLocation: {
      artifactLocation: { uri: relativeUri(place.prefix + path), uriBaseId: '%SRCROOT%' },
      ...(region && {
        region: {
          startLine: region.startLine,
          startColumn: region.startColumn,
          ...(region.endColumn !== undefined && {
            endLine: region.startLine,
            endColumn: region.endColumn,
          }),
        },
      }),
    },
  };
}

function messageOf(finding: ReportFinding): string {
  return [
    finding.message,
    ...(finding.caption === undefined ? [] : [`Caption: "${shorten(finding.caption, 400)}".`]),
    ...finding.evidence,
    ...(finding.remedy === undefined ? [] : [finding.remedy]),
  ]
    .map(visibleText)
    .join('\n');
}

/**
 * The report as SARIF 2.1.0, the format of code scanning services. Each finding is a result; paths are percent-encoded
 * and relative to `%SRCROOT%`, columns count UTF-16 code units.
 */
export function sarifLog(report: AuditReport, place: SarifPlace): Log {
  const codes = [...RULES.keys()];
  const result = (finding: ReportFinding): Result => ({
    ruleId: finding.code,
    ruleIndex: codes.indexOf(finding.code),
    level: SARIF_LEVEL[finding.level],
    message: { text: messageOf(finding) },
    locations: [location(finding.file, finding.region, place)],
    relatedLocations: [
      ...(finding.image === undefined || finding.image === finding.file
        ? []
        : [{ file: finding.image, region: undefined, text: 'The image' }]),
      ...finding.relatedPairs.map(({ file, region, image, caption }) => ({
        file,
        region,
        text: `${image}: "${shorten(caption, 200)}"`,
      })),
      ...finding.relatedFiles.map((file) => ({ file, region: undefined, text: file })),
    ].map(({ file, region, text }, index) => ({
      id: index + 1,
      ...location(file, region, place),
      message: { text: visibleText(text) },
    })),
    partialFingerprints: { 'pairlensFinding/v1': finding.fingerprint },
    rank: Math.round(finding.confidence * 1000) / 10,
  });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'PairLens',
            semanticVersion: report.tool.version,
            rules: [...RULES.values()].map((rule) => descriptor(rule, place.findingsUri)),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { '%SRCROOT%': { uri: place.baseUri } },
        results: report.findings.map(result),
      },
    ],
  };
}

import type { AuditReport, ReportFinding } from '../../../src/core/export/auditReport.ts';

const REGION = { startLine: 3, startColumn: 24, endColumn: 47 };

/** A finding with everything filled in; tests override what they look at. */
export function sampleFinding(overrides: Partial<ReportFinding> = {}): ReportFinding {
  return {
    code: 'caption-mismatch',
    level: 'warning',
    file: 'captions.jsonl',
    region: REGION,
    image: 'photos/beach.jpg',
    caption: 'a dog runs through snow',
    captionIndex: 0,
    message: 'The caption does not describe photos/beach.jpg (97 % likely).',
    evidence: ['It fits 3 other images better.', 'Its 10 nearest images speak of sand and sea.'],
    confidence: 0.97,
    remedy: 'Write what the image shows.',
    suggestions: ['two children play on the beach'],
    suggestionMatches: [0.83],
    relatedPairs: [
      {
        image: 'photos/snow.jpg',
        caption: 'a dog in the snow',
        file: 'captions.jsonl',
        region: { startLine: 9, startColumn: 24 },
      },
    ],
    relatedFiles: [],
    fingerprint: '5f0e',
    ...overrides,
  };
}

/** A report with one finding of each kind that formats differently. */
export function sampleReport(findings: readonly ReportFinding[] = [sampleFinding()]): AuditReport {
  const levels = { error: 0, warning: 0, info: 0, hint: 0 };
  const codes: Partial<Record<ReportFinding['code'], number>> = {};
  for (const { code, level } of findings) {
    levels[level] += 1;
    codes[code] = (codes[code] ?? 0) + 1;
  }
  return {
    version: 1,
    tool: { name: 'pairlens', version: '1.2.3' },
    model: 'test-model',
    root: '/data/set',
    summary: {
      pairs: 40,
      images: 20,
      findings: codes,
      levels,
      estimate: { wrongShare: 0.125, precision: 0.9, recall: 0.7 },
    },
    datasets: [
      {
        folder: '',
        formats: ['captions-jsonl'],
        pairs: 40,
        images: 20,
        estimate: { wrongShare: 0.125, precision: 0.9, recall: 0.7 },
      },
    ],
    findings,
  };
}
